import type { IncomingHttpHeaders } from 'node:http';
import { resourcesOf, type Template } from './template.ts';

type Cors = {
  AllowOrigins?: string[];
  AllowMethods?: string[];
  AllowHeaders?: string[];
  ExposeHeaders?: string[];
  MaxAge?: number;
};

type Headers = Record<string, string>;

/**
 * The CORS of an HTTP API with a CORS configuration. API Gateway answers every preflight itself, without a route and without an
 * authorizer, and adds its headers to the answers of the functions (documented). An origin that is not listed gets no header, so its
 * page reads nothing.
 * @returns undefined when the template declares no CORS; then `OPTIONS` is a route that does not exist
 */
export const apiCorsOf = (template: Template) => {
  const [cors] = resourcesOf(template, 'AWS::ApiGatewayV2::Api').flatMap(
    ({ properties }) => (properties.CorsConfiguration as Cors | undefined) ?? [],
  );
  if (!cors) return undefined;
  const { AllowOrigins = [], AllowMethods = [], AllowHeaders = [], ExposeHeaders = [], MaxAge } = cors;
  const allowed = ({ origin = '' }: IncomingHttpHeaders): Headers | undefined =>
    AllowOrigins.includes(origin) ? { 'access-control-allow-origin': origin, vary: 'Origin' } : undefined;
  return {
    answer: (headers: IncomingHttpHeaders): Headers => {
      const own = allowed(headers);
      return own ? { ...own, 'access-control-expose-headers': ExposeHeaders.join(',') } : {};
    },
    preflight: (headers: IncomingHttpHeaders): Headers => {
      const own = allowed(headers);
      if (!own) return {};
      return {
        ...own,
        'access-control-allow-methods': AllowMethods.join(','),
        'access-control-allow-headers': AllowHeaders.join(','),
        ...(MaxAge === undefined ? {} : { 'access-control-max-age': String(MaxAge) }),
      };
    },
  };
};
