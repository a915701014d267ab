import middy from '@middy/core';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import type { RouteName } from '../workflow/names.ts';
import { framesOf } from './frames.ts';
import { log } from './logger.ts';

/** What a route's function is called with: the body as text, whatever the gateway did to it. */
export type RouteInput = { body: string };

/** Makes a Lambda handler of a route of the HTTP API (payload format 2.0). An unexpected error is a 500 without a text. */
export const route = (name: RouteName, run: (input: RouteInput) => Promise<APIGatewayProxyStructuredResultV2>) =>
  middy<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2>()
    .use({
      onError: (request) => {
        const error =
          request.error instanceof Error ? request.error : new TypeError('something that is no error was thrown');
        log('error', 'thrown', { step: name, error: error.name, at: framesOf(error).join(' ') });
        request.response = { statusCode: 500 };
      },
    })
    .handler((event) => run({ body: textOf(event) }));

/** The gateway hands over some content types, `application/jwt` among them, in base64. */
const textOf = ({ body = '', isBase64Encoded }: APIGatewayProxyEventV2): string =>
  isBase64Encoded ? Buffer.from(body, 'base64').toString('utf8') : body;
