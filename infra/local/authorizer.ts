import { randomBytes } from 'node:crypto';
import { createRemoteJWKSet, type JWTPayload, jwtVerify } from 'jose';
import { desk } from './credentials.ts';
import { type SignedRequest, signerOf } from './sigv4.ts';
import { resourcesOf, type Template } from './template.ts';

/** Somebody who may sign requests here: their secret, who they are to AWS, and which routes their policy lets them take. */
export type CaseId = { secret: string; arn: string; may: (routeKey: string) => boolean };

/** The callers, each with a secret of this start: the developer and the writer may do everything, one may only read, one nothing. */
export const localCallers = (): ReadonlyMap<string, CaseId> =>
  new Map([
    // The credentials of this run, so that one access key is enough for the API and for S3.
    [desk.accessKeyId, { secret: desk.secretAccessKey, arn: arnOf('Developer'), may: () => true }],
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

/** What the gateway hands on of whoever it let in, or its own refusal. */
export type Admission = { authorizer?: Record<string, unknown> } | { status: 401 | 403; message: string };

const unauthorized: Admission = { status: 401, message: 'Unauthorized' };

const forbidden: Admission = { status: 403, message: 'Forbidden' };

type Jwt = { Issuer: string; Audience: string[] };

/**
 * The authorisers of the template. IAM: a signature that is computed anew, of an identity of this desk; a missing and a
 * wrong one are both 403, as at the real gateway. JWT: the issuer's own keys, its audience, the time and the scopes.
 * Honest limit: what IAM would say of a policy is one function per identity.
 */
export const authorizersOf = (template: Template, identities: ReadonlyMap<string, CaseId>) => {
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
    // Tokens of some issuers have no audience and name the client instead.
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
        if (!jwt) throw new TypeError('a route names an authoriser that the template does not have');
        return byToken(jwt, (route.AuthorizationScopes ?? []) as string[], request);
      }
      default:
        throw new TypeError(`routes with ${route.AuthorizationType} are not known here`);
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
 * The gateway hands on every claim as a text. A list is its members in brackets with blanks between (seen in many reports of
 * `cognito:groups`), so one that holds `ana` is another text than `ana`; how it writes an object is assumed, from how it
 * writes lists.
 */
const claimText = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map(claimText).join(' ')}]`;
  if (value === null || typeof value !== 'object') return String(value);
  const members = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return `map[${members.map(([name, member]) => `${name}:${claimText(member)}`).join(' ')}]`;
};

const textsOf = (claims: JWTPayload): Record<string, string> =>
  Object.fromEntries(Object.entries(claims).map(([name, value]) => [name, claimText(value)]));
