import { defined } from '../../shared/domain/defined.ts';
import { apiCorsOf } from './api-cors.ts';
import { authorizersOf, type LocalCaller } from './authorizer.ts';
import { bodyOf, type LocalServer, listen } from './http.ts';
import type { LambdaHost } from './lambda.ts';
import { resourcesOf, type Template } from './template.ts';

/** The HTTP API's own limit on a request. Bytes. */
const MAX_BODY_BYTES = 10 * 1024 * 1024;

/** Content types that the HTTP API sends to a function as text; all others, also `application/jwt`, in base64. */
const TEXT = /^(text\/|application\/(json|javascript|xml|x-www-form-urlencoded)\b)/;

type Route = { routeKey: string; pattern: RegExp; functionArn: string; properties: Record<string, unknown> };

/** `GET /revalidations/{id}` as a pattern. A parameter is one segment of the path. */
const patternOf = (routeKey: string): RegExp =>
  new RegExp(`^${routeKey.replace(/[.*+?^$()|[\]\\]/g, '\\$&').replace(/\{(\w+)\}/g, '(?<$1>[^/]+)')}$`);

const routesOf = (template: Template): Route[] => {
  const integrations = new Map(
    resourcesOf(template, 'AWS::ApiGatewayV2::Integration').map(({ ref, properties }) => [
      `integrations/${ref}`,
      String(properties.IntegrationUri),
    ]),
  );
  return resourcesOf(template, 'AWS::ApiGatewayV2::Route').map(({ properties }) => {
    const routeKey = String(properties.RouteKey);
    const functionArn = integrations.get(String(properties.Target)) ?? '';
    return { routeKey, pattern: patternOf(routeKey), functionArn, properties };
  });
};

/**
 * The HTTP API: the template's routes to the template's functions, as payload 2.0 events, with the template's authorizers. Its own
 * refusals have the gateway's bodies. Limit: it does not throttle.
 */
export const startHttpApi = (
  template: Template,
  lambda: LambdaHost,
  identities: ReadonlyMap<string, LocalCaller> = new Map(),
  port = 0,
): Promise<LocalServer> => {
  const routes = routesOf(template);
  const admit = authorizersOf(template, identities);
  const cors = apiCorsOf(template);
  return listen(async (request, response) => {
    const send = (status: number, body: string, headers: Record<string, string> = {}) => {
      response.writeHead(status, { 'content-type': 'application/json', ...headers, ...cors?.answer(request.headers) });
      response.end(body);
    };
    const refuse = (status: number, message: string) => send(status, JSON.stringify({ message }));
    const { method = '', url = '/', headers } = request;
    if (cors && method === 'OPTIONS') {
      response.writeHead(204, cors.preflight(headers)).end();
      return;
    }
    const [path = '/', query = ''] = url.split('?');
    const found = routes.find(({ pattern }) => pattern.test(`${method} ${path}`));
    if (!found) return refuse(404, 'Not Found');
    const body = await bodyOf(request, MAX_BODY_BYTES);
    if (!body) return refuse(413, 'Request Entity Too Large');
    const admission = await admit(found.properties, { method, url, headers, body });
    if ('status' in admission) return refuse(admission.status, admission.message);

    const { routeKey, pattern, functionArn } = found;
    const isBase64Encoded = !TEXT.test(headers['content-type'] ?? 'text/plain');
    const pathParameters = mapped(pattern.exec(`${method} ${path}`)?.groups ?? {}, decodeURIComponent);
    const event = defined({
      version: '2.0',
      routeKey,
      rawPath: path,
      rawQueryString: query,
      headers,
      queryStringParameters: query ? Object.fromEntries(new URLSearchParams(query)) : undefined,
      pathParameters: Object.keys(pathParameters).length > 0 ? pathParameters : undefined,
      requestContext: { http: { method, path, sourceIp: '127.0.0.1' }, routeKey, stage: '$default', ...admission },
      body: body.length > 0 ? body.toString(isBase64Encoded ? 'base64' : 'utf8') : undefined,
      isBase64Encoded,
    });
    const answer = await lambda.invoke(functionArn, event);
    if ('error' in answer) return refuse(500, 'Internal Server Error');
    const result = (answer.result ?? {}) as { statusCode?: number; body?: string; headers?: Record<string, string> };
    send(result.statusCode ?? 200, result.body ?? '', result.headers);
  }, port);
};

const mapped = (all: Record<string, string>, to: (value: string) => string): Record<string, string> =>
  Object.fromEntries(Object.entries(all).map(([name, value]) => [name, to(value)]));
