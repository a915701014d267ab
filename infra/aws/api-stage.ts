import { RemovalPolicy } from 'aws-cdk-lib';
import type { CfnStage, HttpApi } from 'aws-cdk-lib/aws-apigatewayv2';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';

/**
 * Calls a second over all routes, and at once: far above what Truora rings (two calls a validation), far below the
 * thousand functions that an account may run at the same time and that the machine needs too.
 */
const CALLS = { throttlingRateLimit: 100, throttlingBurstLimit: 200 };

/** Bounds the gateway's stage, and has it log each call: by its route, never by its path, since paths hold ids. */
export const guardStage = (scope: Construct, api: HttpApi): void => {
  const log = new LogGroup(scope, 'AccessLog', {
    retention: RetentionDays.ONE_MONTH,
    removalPolicy: RemovalPolicy.DESTROY,
  });
  const fields = ['requestId', 'requestTime', 'routeKey', 'status', 'responseLatency', 'integrationErrorMessage'];
  const stage = api.defaultStage?.node.defaultChild as CfnStage;
  stage.defaultRouteSettings = CALLS;
  stage.accessLogSettings = {
    destinationArn: log.logGroupArn,
    format: JSON.stringify(Object.fromEntries(fields.map((field) => [field, `$context.${field}`]))),
  };
};
