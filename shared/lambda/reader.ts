import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import Negotiator from 'negotiator';
import type { Revalidation } from '../domain/api.ts';
import { type Language, languages } from '../domain/person-messages.ts';
import { type PersonRevalidation, personViewOf, type Reader } from '../domain/person-view.ts';
import { env } from './env.ts';

/**
 * The language of `Accept-Language`, by its q-values; the first of ours where it names none of them. The header is read by
 * `negotiator`, which matches `es-MX` to `es` as RFC 4647 does.
 */
export const languageOf = (header: string | undefined): Language => {
  const wanted = new Negotiator({ headers: { 'accept-language': header } }).language([...languages]);
  return languages.find((language) => language === wanted) ?? languages[0];
};

type Context = { authorizer?: { jwt?: unknown } };

/**
 * The person who reads the answer to a call: the bearer of a token that is tied to one account.
 * @returns undefined for a system or an operator, which get everything
 */
export const readerOf = (event: APIGatewayProxyEventV2): Reader | undefined => {
  // Also the answer to an error needs it, so an event of another form is no error here.
  const { headers, requestContext } = event as { headers?: Record<string, string>; requestContext?: Context };
  if (!requestContext?.authorizer?.jwt || env('ACCOUNT_CLAIM') === undefined) return undefined;
  return personIn({ headers });
};

/** The person of a call that only persons make. */
export const personIn = ({ headers }: { headers?: Record<string, string | undefined> | undefined }): Reader => ({
  language: languageOf(headers?.['accept-language']),
  alternative: env('ALTERNATIVE'),
});

/** How the answers to a call show cases, and the headers that they have for it. */
type View = { show: (found: Revalidation) => Revalidation | PersonRevalidation; headers: Record<string, string> };

/** The view of the one who calls: all of a case, or for a person what a person may see. */
export const viewFor = (event: APIGatewayProxyEventV2): View => {
  const reader = readerOf(event);
  if (!reader) return { show: (found) => found, headers: {} };
  return { show: (found) => personViewOf(found, reader), headers: languageHeader(reader) };
};

export const languageHeader = ({ language }: Reader) => ({ 'content-language': language });
