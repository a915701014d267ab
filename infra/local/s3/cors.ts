import type { IncomingHttpHeaders } from 'node:http';
import { defined } from '../../../shared/domain/defined.ts';
import { resourcesOf, type Template } from '../template.ts';
import { S3Error } from './error.ts';

/** One rule of the bucket's CORS configuration, as the template declares it. */
export type CorsRule = {
  AllowedOrigins: string[];
  AllowedMethods: string[];
  AllowedHeaders?: string[];
  ExposedHeaders?: string[];
  MaxAge?: number;
};

/** The CORS rules that the template gives its bucket. */
export const corsRulesOf = (template: Template): CorsRule[] =>
  resourcesOf(template, 'AWS::S3::Bucket').flatMap(
    ({ properties }) => (properties.CorsConfiguration as { CorsRules: CorsRule[] } | undefined)?.CorsRules ?? [],
  );

type Request = { method?: string | undefined; headers: IncomingHttpHeaders };

/** Whether a rule's name covers a value: one `*` stands for any text (documented). */
const covers = (name: string, value: string): boolean => {
  const [before = '', after] = name.toLowerCase().split('*');
  const text = value.toLowerCase();
  if (after === undefined) return text === before;
  return text.length >= before.length + after.length && text.startsWith(before) && text.endsWith(after);
};

const ruleFor = (rules: readonly CorsRule[], origin: string, method: string, asked: string[]) =>
  rules.find(
    ({ AllowedOrigins, AllowedMethods, AllowedHeaders = [] }) =>
      AllowedOrigins.some((one) => covers(one, origin)) &&
      AllowedMethods.includes(method) &&
      asked.every((header) => AllowedHeaders.some((one) => covers(one, header))),
  );

const headersOf = (rule: CorsRule, origin: string, asked: string[]): Record<string, string> =>
  defined({
    'access-control-allow-origin': rule.AllowedOrigins.includes('*') ? '*' : origin,
    'access-control-allow-methods': rule.AllowedMethods.join(', '),
    'access-control-allow-headers': asked.length > 0 ? asked.join(', ') : undefined,
    'access-control-expose-headers': rule.ExposedHeaders?.join(', '),
    'access-control-max-age': rule.MaxAge?.toString(),
    vary: 'Origin, Access-Control-Request-Headers, Access-Control-Request-Method',
  });

/** The CORS headers of an answer to a page of another origin; none when no rule allows its origin and method. */
export const corsHeaders = (rules: readonly CorsRule[], { method = '', headers }: Request): Record<string, string> => {
  const { origin } = headers;
  const rule = origin === undefined ? undefined : ruleFor(rules, origin, method, []);
  return rule && origin ? headersOf(rule, origin, []) : {};
};

/** The headers of the answer to a preflight. @throws S3Error `AccessForbidden` when no rule allows the request */
export const preflight = (rules: readonly CorsRule[], { headers }: Request): Record<string, string> => {
  const { origin, 'access-control-request-method': method, 'access-control-request-headers': list = '' } = headers;
  if (!origin || !method)
    throw new S3Error(400, 'BadRequest', 'Insufficient information. Origin request header needed.');
  const asked = list.split(',').flatMap((name) => name.trim().toLowerCase() || []);
  const rule = ruleFor(rules, origin, method, asked);
  if (!rule) throw new S3Error(403, 'AccessForbidden', 'CORSResponse: This CORS request is not allowed.');
  return headersOf(rule, origin, asked);
};
