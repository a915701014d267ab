import { randomBytes } from 'node:crypto';
import { createRemoteJWKSet, type JWTPayload, jwtVerify } from 'jose';
import { localCredentials } from './credentials.ts';
import { type SignedRequest, signerOf } from './sigv4.ts';
import { resourcesOf, type Template } from './template.ts';

/** An identity that may sign requests here: its secret, its ARN, and the routes that its policy allows. */
export type LocalCaller = { secret: string; arn: string; may: (routeKey: string) => boolean };

/**
 * The identities that may sign, by access key id: the developer and the writer take all routes, the reader only reads, the stranger
 * takes none. All but the developer have a new secret at each start.
 */
export const localCallers = (): ReadonlyMap<string, LocalCaller> =>
  new Map([
    // The credentials of this run, so that one access key is enough for the API and for S3.
    [
      localCredentials.accessKeyId,
      { secret: localCredentials.secretAccessKey, arn: arnOf('Developer'), may: () => true },
    ],
    ...Object.entries({ Writer: /./, Reader: /^GET /, Stranger: /^$/ }).map(
      ([name, routes]) =>
        [
          `AKIALOCAL${name.toUpperCase()}`,
          {
            secret: randomBytes(20).toString('hex'),
            arn: arnOf(name),
            may: (routeKey: string) => routes.test(routeKey),
          },
        ] as const,
    ),
  ]);

const arnOf = (name: string): string => `arn:aws:sts::000000000000:assumed-role/${name}/session`;

/** The authorizer's result that the gateway sends to the function, or the gateway's own refusal. */
export type Admission = { authorizer?: Record<string, unknown> } | { status: 401 | 403; message: string };

const unauthorized: Admission = { status: 401, message: 'Unauthorized' };

const forbidden: Admission = { status: 403, message: 'Forbidden' };

type Jwt = { Issuer: string; Audience: string[] };

/**
 * The authorizers of the template. IAM: checks the signature of a local identity; a missing and a wrong one are both 403, as at the
 * real gateway. JWT: checks the issuer's keys, the audience, the time and the scopes.
 * Limit: the policy of an identity is one function here.
 */
export const authorizersOf = (template: Template, identities: ReadonlyMap<string, LocalCaller>) => {
  const issuers = new Map(
    resourcesOf(template, 'AWS::ApiGatewayV2::Authorizer').map(({ ref, properties }) => [
      ref,
      properties.JwtConfiguration as Jwt,
    ]),
  );
  const keys = new Map<string, ReturnType<typeof createRemoteJWKSet>>();

  const byIam = (routeKey: string, request: SignedRequest): Admission => {
    const accessKey = signerOf(request, (id) => identities.get(id)?.secret);
    const identity = accessKey === undefined ? undefined : identities.get(accessKey);
    if (!identity?.may(routeKey)) return forbidden;
    return { authorizer: { iam: { accessKey, userArn: identity.arn, accountId: '000000000000' } } };
  };

  const byToken = async (
    { Issuer, Audience }: Jwt,
    scopes: string[],
    { headers }: SignedRequest,
  ): Promise<Admission> => {
    const [, token] = /^(?:Bearer )?([\w-]+\.[\w-]+\.[\w-]+)$/i.exec(headers.authorization ?? '') ?? [];
    if (!token) return unauthorized;
    const jwks = keys.get(Issuer) ?? createRemoteJWKSet(new URL(await keysUrlOf(Issuer)));
    keys.set(Issuer, jwks);
    const verified = await jwtVerify(token, jwks, { issuer: Issuer, algorithms: ['RS256'], requiredClaims: ['exp'] })
      .then(({ payload }) => payload)
      .catch(() => undefined);
    // Tokens of some issuers name the client instead of an audience.
    const audience = [verified?.aud ?? verified?.client_id].flat();
    if (!verified || !audience.some((one) => Audience.includes(String(one)))) return unauthorized;
    const granted = scopesOf(verified);
    if (scopes.length > 0 && !scopes.some((scope) => granted.includes(scope))) return forbidden;
    return { authorizer: { jwt: { claims: textsOf(verified), scopes: granted } } };
  };

  return (route: Record<string, unknown>, request: SignedRequest): Admission | Promise<Admission> => {
    switch (route.AuthorizationType ?? 'NONE') {
      case 'NONE':
        return {};
      case 'AWS_IAM':
        return byIam(String(route.RouteKey), request);
      case 'JWT': {
        const jwt = issuers.get(String(route.AuthorizerId));
        if (!jwt) throw new TypeError('a route names an authorizer that the template does not have');
        return byToken(jwt, (route.AuthorizationScopes ?? []) as string[], request);
      }
      default:
        throw new TypeError(`routes with ${route.AuthorizationType} are not supported here`);
    }
  };
};

const keysUrlOf = async (issuer: string): Promise<string> => {
  const response = await fetch(`${issuer}/.well-known/openid-configuration`);
  return ((await response.json()) as { jwks_uri: string }).jwks_uri;
};

const scopesOf = ({ scope, scp }: JWTPayload): string[] =>
  [scope ?? scp ?? ''].flat().flatMap((one) => String(one).split(' '));

/**
 * The gateway sends every claim as a text. A list is its members in brackets, separated by blanks (seen in many reports of
 * `cognito:groups`), so a list with `ana` differs from `ana`. The form of an object follows that of lists (assumed).
 */
const claimText = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map(claimText).join(' ')}]`;
  if (value === null || typeof value !== 'object') return String(value);
  const members = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return `map[${members.map(([name, member]) => `${name}:${claimText(member)}`).join(' ')}]`;
};

const textsOf = (claims: JWTPayload): Record<string, string> =>
  Object.fromEntries(Object.entries(claims).map(([name, value]) => [name, claimText(value)]));
