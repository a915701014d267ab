import { ref } from './openapi-schemas.ts';

/** Each of API Gateway's own answers: its status, its message and when it is sent (documented). */
const answers = {
  Unauthorized: { status: 401, message: 'Unauthorized', when: 'The token is missing, has expired or is not genuine.' },
  Forbidden: { status: 403, message: 'Forbidden', when: 'The signature or the scope does not allow the call.' },
  TooLarge: { status: 413, message: 'Request Entity Too Large', when: 'The request is above 10 MB.' },
  TooManyRequests: { status: 429, message: 'Too Many Requests', when: 'There are more calls than the stage allows.' },
  ServerError: { status: 500, message: 'Internal Server Error', when: 'The function failed.' },
  Unavailable: { status: 503, message: 'Service Unavailable', when: 'The function is throttled or took too long.' },
} as const;

type Name = keyof typeof answers;

const needsCaller: readonly Name[] = ['Unauthorized', 'Forbidden'];

const contentOf = (message: string) => ({
  'application/json': { schema: ref('GatewayError'), example: { message } },
});

const refTo = (name: string) => ({ $ref: `#/components/responses/${name}` });

/** The gateway's answers that the paths refer to. */
export const gatewayResponses = (paths: object): Record<string, object> => {
  const text = JSON.stringify(paths);
  const used = Object.entries(answers).filter(([name]) => text.includes(JSON.stringify(refTo(name))));
  return Object.fromEntries(
    used.map(([name, { message, when }]) => [
      name,
      { description: `From API Gateway: ${when}`, content: contentOf(message) },
    ]),
  );
};

type Responses = Record<string, { description: string; headers?: object | undefined; content?: object | undefined }>;

/** Adds the gateway's answers to those of a function: beside a problem of the same status, or alone. */
export const withGateway = (responses: Responses, isOpen: boolean): Record<string, object> => {
  const names = (Object.keys(answers) as Name[]).filter((name) => !isOpen || !needsCaller.includes(name));
  const added = names.map((name) => {
    const { status, message, when } = answers[name];
    const own = responses[status];
    if (!own) return [status, refTo(name)];
    const description = `${own.description} Or from API Gateway: ${when}`;
    return [status, { ...own, description, content: { ...own.content, ...contentOf(message) } }];
  });
  return { ...responses, ...Object.fromEntries(added) };
};
