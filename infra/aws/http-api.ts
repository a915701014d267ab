import { Duration } from 'aws-cdk-lib';
import { type CfnStage, CorsHttpMethod, HttpApi, HttpMethod, HttpNoneAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpIamAuthorizer, HttpJwtAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { defined } from '../../shared/domain/defined.ts';
import { type GatewayScope, isGatewayScope, type RouteName, routes } from '../../shared/workflow/functions.ts';
import type { Config } from './config.ts';
import type { Functions } from './functions.ts';
import { removalPolicyOf } from './kms.ts';

/** Fields of the access log. The route and not the path: a path has ids of persons. */
const LOGGED = {
  requestId: '$context.requestId',
  routeKey: '$context.routeKey',
  status: '$context.status',
  milliseconds: '$context.responseLatency',
  error: '$context.error.responseType',
  authorizer: '$context.authorizer.error',
  integration: '$context.integrationErrorMessage',
};

/** What a page may send and read: a token or the headers of a signature, and where a case is read. The preflight is cached for an hour. */
const callsFrom = (allowOrigins: string[]) => ({
  allowOrigins,
  // Not DELETE: no page erases a person.
  allowMethods: [CorsHttpMethod.GET, CorsHttpMethod.POST],
  allowHeaders: [
    'authorization',
    'content-type',
    'idempotency-key',
    ...['content-sha256', 'date', 'security-token'].map((name) => `x-amz-${name}`),
  ],
  exposeHeaders: ['location', 'retry-after'],
  maxAge: Duration.hours(1),
});

const scopeOf = ({ readScope, writeScope, operateScope }: NonNullable<Config['jwt']>, needed: GatewayScope) =>
  ({ read: readScope, write: writeScope, operate: operateScope })[needed];

/**
 * The entry point for calls: the routes, their authorizers and the throttle. Truora's webhook is authorized by its signature, a person with
 * a capture link by that link, and the public keys are for everyone, so the gateway has no authorizer there.
 */
export class RevalidationApi extends Construct {
  readonly api: HttpApi;
  /** The access log. */
  readonly logGroup: LogGroup;
  /** Whose tokens the API takes; undefined where it takes signatures. */
  readonly issuer: string | undefined;

  constructor(scope: Construct, id: string, { config, functions }: { config: Config; functions: Functions }) {
    super(scope, id);
    const { jwt } = config;
    this.issuer = jwt?.issuer;
    const { corsOrigins } = config;
    this.api = new HttpApi(
      this,
      'Api',
      defined({
        apiName: `face-revalidation-${config.stage}`,
        corsPreflight: corsOrigins.length > 0 ? callsFrom(corsOrigins) : undefined,
      }),
    );
    const authorizer = jwt
      ? new HttpJwtAuthorizer('Jwt', jwt.issuer, { jwtAudience: jwt.audience })
      : new HttpIamAuthorizer();
    for (const [name, { method, path, scope: needed }] of Object.entries(routes)) {
      const called = functions.byName[name as RouteName];
      if (!called) continue;
      const scopes = jwt && isGatewayScope(needed) && { authorizationScopes: [scopeOf(jwt, needed)] };
      this.api.addRoutes({
        path,
        methods: [HttpMethod[method]],
        integration: new HttpLambdaIntegration(name, called),
        ...(!isGatewayScope(needed) ? { authorizer: new HttpNoneAuthorizer() } : { authorizer, ...scopes }),
      });
    }

    this.logGroup = new LogGroup(this, 'Log', {
      // The name has the same reason as the machine's log, see state-machine.ts.
      logGroupName: `/aws/vendedlogs/apis/face-revalidation-${config.stage}`,
      retention: RetentionDays.ONE_MONTH,
      removalPolicy: removalPolicyOf(config),
    });
    const stage = this.api.defaultStage?.node.defaultChild as CfnStage;
    stage.defaultRouteSettings = {
      throttlingRateLimit: config.callsPerSecond,
      throttlingBurstLimit: config.callsAtOnce,
    };
    stage.accessLogSettings = { destinationArn: this.logGroup.logGroupArn, format: JSON.stringify(LOGGED) };
  }
}
