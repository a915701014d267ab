import middy from '@middy/core';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { MAX_CALL_BYTES, type Revalidation } from '../domain/api.ts';
import { personProblemOf, type Reader } from '../domain/person-view.ts';
import { CallRefusedError, type Problem, problemOf } from '../domain/problem.ts';
import { type RouteName, routes } from '../workflow/functions.ts';
import { env } from './env.ts';
import { withRequestId } from './invocation.ts';
import { log } from './logger.ts';
import { languageHeader, personIn, readerOf } from './reader.ts';
import { asError, safeFrames } from './safe-error.ts';

/** The input of a route. The body is not parsed yet: `textOf` and `jsonOf` do it, up to a size. */
export type RouteInput = { event: APIGatewayProxyEventV2 };

/**
 * Makes the Lambda handler of a route of the HTTP API (payload format 2.0). The answer to a named error is its problem document,
 * for a person without the cause, and to any other error a 500 without details.
 */
export const route = (name: RouteName, run: (input: RouteInput) => Promise<APIGatewayProxyStructuredResultV2>) =>
  withRequestId<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2>(
    middy<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2>()
      .use({
        onError: (request) => {
          const error = asError(request.error);
          const problem = problemOf(error, env('DOCUMENTATION_URL'));
          if (problem.status === 500)
            log('error', 'thrown', { step: name, error: error.name, at: safeFrames(error).join(' ') });
          else log('info', 'refused', { step: name, error: error.name, reason: problem.code });
          const isPerson = routes[name].scope === 'link';
          request.response = answerProblem(problem, isPerson ? personIn(request.event) : readerOf(request.event));
        },
      })
      .handler((event) => run({ event })),
  );

type Headers = Record<string, string>;

export const answerJson = (
  statusCode: number,
  content: object,
  headers: Headers = {},
): APIGatewayProxyStructuredResultV2 => ({
  statusCode,
  headers: { 'content-type': 'application/json', 'cache-control': 'no-store', ...headers },
  body: JSON.stringify(content),
});

/** When a caller reads a pending case again. Most verdicts take seconds (assumed); a shorter time would mostly add calls. Seconds. */
const NEXT_READ_SECONDS = 5;

/** `Retry-After` for a case that is pending, and nothing for one that has ended. */
export const retryAfter = ({ status }: Pick<Revalidation, 'status'>): Headers =>
  status === 'pending' ? { 'retry-after': String(NEXT_READ_SECONDS) } : {};

const answerProblem = (problem: Problem, reader: Reader | undefined): APIGatewayProxyStructuredResultV2 => ({
  statusCode: problem.status,
  headers: {
    'content-type': 'application/problem+json',
    'cache-control': 'no-store',
    // The other request with the same key ends within a second or two.
    ...(problem.code === 'claimed_elsewhere' ? { 'retry-after': '1' } : {}),
    ...(reader ? languageHeader(reader) : {}),
  },
  body: JSON.stringify(reader ? personProblemOf(problem, reader) : problem),
});

/** The parsed JSON body of a call. @throws CallRefusedError */
export const jsonOf = ({ event }: RouteInput): unknown => {
  if (!/^application\/json\s*(;|$)/i.test(event.headers['content-type'] ?? '')) {
    throw new CallRefusedError('content_type_unsupported', 'content-type: must be application/json');
  }
  const body = textOf(event, MAX_CALL_BYTES);
  if (body === undefined) {
    throw new CallRefusedError('body_too_large', `body: must be at most ${MAX_CALL_BYTES} bytes`);
  }
  try {
    // `trim` also removes a byte-order mark, which some clients send.
    return JSON.parse(body.trim());
  } catch {
    throw new CallRefusedError('body_malformed', 'body: must be JSON');
  }
};

/**
 * The body as text. API Gateway encodes some content types in base64, for example `application/jwt`. The size is checked before
 * decoding (four characters of base64 for three bytes), so that a body that is too large is never decoded.
 * @returns undefined for more than `maxBytes`
 */
export const textOf = (
  { body = '', isBase64Encoded }: APIGatewayProxyEventV2,
  maxBytes: number,
): string | undefined => {
  if (Buffer.byteLength(body) > (isBase64Encoded ? 4 * Math.ceil(maxBytes / 3) : maxBytes)) return undefined;
  return isBase64Encoded ? Buffer.from(body, 'base64').toString('utf8') : body;
};
