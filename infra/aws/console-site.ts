import { Duration, Fn } from 'aws-cdk-lib';
import {
  AllowedMethods,
  CachePolicy,
  Distribution,
  Function as EdgeFunction,
  FunctionCode,
  FunctionEventType,
  FunctionRuntime,
  HeadersFrameOption,
  HeadersReferrerPolicy,
  OriginProtocolPolicy,
  OriginRequestPolicy,
  ResponseHeadersPolicy,
  ViewerProtocolPolicy,
} from 'aws-cdk-lib/aws-cloudfront';
import { HttpOrigin, S3BucketOrigin } from 'aws-cdk-lib/aws-cloudfront-origins';
import { BlockPublicAccess, Bucket, BucketEncryption, type IBucket } from 'aws-cdk-lib/aws-s3';
import { BucketDeployment, CacheControl, Source } from 'aws-cdk-lib/aws-s3-deployment';
import { Construct } from 'constructs';
import { contentSecurityPolicy, pageHeaders } from '../console/headers.ts';
import { siteFolder } from '../console/site.ts';
import type { Config } from './config.ts';
import { removalPolicyOf } from './kms.ts';

/** Takes `/api` off the path: the routes of the API begin behind it. CloudFront runs it before it asks the API. */
const WITHOUT_API = `function handler(event) {
  event.request.uri = event.request.uri.replace(/^\\/api/, '');
  return event.request;
}`;

type Jwt = NonNullable<Config['jwt']>;

/** What the page needs to sign its reader in. None of it is a secret: the client is public, and signs in with PKCE. */
const sessionFile = ({ issuer, clientId, audience, readScope, writeScope }: Jwt) => ({
  kind: 'oidc',
  issuer,
  clientId: clientId ?? audience[0],
  readScope,
  writeScope,
});

const originsOf = ({ issuer, signInOrigin }: Jwt): string[] => [
  ...new Set([new URL(issuer).origin, ...(signInOrigin ? [signInOrigin] : [])]),
];

type Props = {
  config: Config;
  /** The address of the API, which the pages call under their own origin. */
  apiUrl: string;
  /** The folder of the built pages. */
  site: string;
};

/**
 * The pages of the operator's console: a bucket that only CloudFront reads, and the API under `/api/` of the same origin. CloudFront
 * keeps nothing, since few people open it and every answer is about persons.
 * @throws Error without the setting `jwt`: the pages have no other way to prove who reads them
 */
class ConsoleSite extends Construct {
  readonly url: string;

  constructor(scope: Construct, id: string, { config, apiUrl, site }: Props) {
    super(scope, id);
    const { jwt, stage } = config;
    if (!jwt) throw new Error('configuration: console: needs jwt, with whose issuer its readers sign in');
    const bucket = new Bucket(this, 'Pages', {
      encryption: BucketEncryption.S3_MANAGED,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      removalPolicy: removalPolicyOf(config),
      // CDK's own type of a bucket does not fit its interface where optional fields are exact.
    }) as IBucket;
    const headers = new ResponseHeadersPolicy(this, 'Headers', {
      comment: `The console of face-revalidation-${stage}.`,
      securityHeadersBehavior: {
        contentSecurityPolicy: { contentSecurityPolicy: contentSecurityPolicy(originsOf(jwt)), override: true },
        contentTypeOptions: { override: true },
        frameOptions: { frameOption: HeadersFrameOption.DENY, override: true },
        referrerPolicy: { referrerPolicy: HeadersReferrerPolicy.NO_REFERRER, override: true },
        strictTransportSecurity: { accessControlMaxAge: Duration.days(365), override: true },
      },
      customHeadersBehavior: {
        customHeaders: (
          ['permissions-policy', 'cross-origin-opener-policy', 'cross-origin-resource-policy'] as const
        ).map((header) => ({ header, value: pageHeaders[header], override: true })),
      },
    });
    const atEdge = new EdgeFunction(this, 'WithoutApi', {
      runtime: FunctionRuntime.JS_2_0,
      code: FunctionCode.fromInline(WITHOUT_API),
    });
    const shared = {
      viewerProtocolPolicy: ViewerProtocolPolicy.HTTPS_ONLY,
      cachePolicy: CachePolicy.CACHING_DISABLED,
      responseHeadersPolicy: headers,
    };
    const distribution = new Distribution(this, 'Distribution', {
      comment: `The console of face-revalidation-${stage}.`,
      defaultRootObject: 'index.html',
      defaultBehavior: { origin: S3BucketOrigin.withOriginAccessControl(bucket), ...shared },
      additionalBehaviors: {
        '/api/*': {
          origin: new HttpOrigin(Fn.select(2, Fn.split('/', apiUrl)), {
            protocolPolicy: OriginProtocolPolicy.HTTPS_ONLY,
          }),
          allowedMethods: AllowedMethods.ALLOW_ALL,
          originRequestPolicy: OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER,
          functionAssociations: [{ function: atEdge, eventType: FunctionEventType.VIEWER_REQUEST }],
          ...shared,
        },
      },
    });
    new BucketDeployment(this, 'Deployment', {
      sources: [Source.asset(site), Source.jsonData('session.json', sessionFile(jwt))],
      destinationBucket: bucket,
      cacheControl: [CacheControl.noCache()],
      retainOnDelete: false,
    });
    this.url = `https://${distribution.distributionDomainName}`;
  }
}

/** The pages of a deployment: those of this package where the stack names no other folder. */
export const consoleSite = (
  scope: Construct,
  config: Config,
  { apiUrl, site = siteFolder() }: { apiUrl: string; site: string | undefined },
): ConsoleSite => new ConsoleSite(scope, 'Console', { config, apiUrl, site });
