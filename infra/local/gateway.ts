import { bodyOf, type LocalServer, listen } from './http.ts';
import type { LambdaHost } from './lambda.ts';
import { resourcesOf, type Template } from './template.ts';

/** The HTTP API's own limit on a request. Bytes. */
const MAX_BODY_BYTES = 10 * 1024 * 1024;

/** Content types that the HTTP API hands to a function as text; all others, `application/jwt` too, in base64. */
const TEXT = /^(text\/|application\/(json|javascript|xml|x-www-form-urlencoded)\b)/;

/** The HTTP API: the template's routes to the template's functions, as payload 2.0 events. */
export const startGateway = (template: Template, lambda: LambdaHost): Promise<LocalServer> => {
  const integrations = new Map(
    resourcesOf(template, 'AWS::ApiGatewayV2::Integration').map(({ ref, properties }) => [
      `integrations/${ref}`,
      String(properties.IntegrationUri),
    ]),
  );
  const routes = new Map(
    resourcesOf(template, 'AWS::ApiGatewayV2::Route').map(({ properties }) => [
      String(properties.RouteKey),
      integrations.get(String(properties.Target)),
    ]),
  );
  return listen(async (request, response) => {
    const send = (status: number, body: string, headers: Record<string, string> = {}) => {
      response.writeHead(status, { 'content-type': 'application/json', ...headers });
      response.end(body);
    };
    const [path = '/', query = ''] = (request.url ?? '/').split('?');
    const routeKey = `${request.method} ${path}`;
    const functionArn = routes.get(routeKey);
    if (!functionArn) return send(404, '{"message":"Not Found"}');
    const body = await bodyOf(request, MAX_BODY_BYTES);
    if (!body) return send(413, '{"message":"Request Entity Too Large"}');
    const isBase64Encoded = !TEXT.test(request.headers['content-type'] ?? 'text/plain');
    const answer = await lambda.invoke(functionArn, {
      version: '2.0',
      routeKey,
      rawPath: path,
      rawQueryString: query,
      headers: request.headers,
      requestContext: { http: { method: request.method, path, sourceIp: '127.0.0.1' }, routeKey, stage: '$default' },
      body: body.toString(isBase64Encoded ? 'base64' : 'utf8'),
      isBase64Encoded,
    });
    if ('error' in answer) return send(500, '{"message":"Internal Server Error"}');
    const {
      statusCode = 200,
      body: text = '',
      headers = {},
    } = (answer.result ?? {}) as {
      statusCode?: number;
      body?: string;
      headers?: Record<string, string>;
    };
    send(statusCode, text, headers);
  });
};
