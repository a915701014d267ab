import { readFileSync } from 'node:fs';
import { join } from 'node:path';
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
import { consentTextsOf } from './consent-texts.ts';
import { removalPolicyOf } from './kms.ts';
import type { Outputs } from './outputs.ts';

/** Takes `/api` off the path: the routes of the API begin behind it. CloudFront runs it before it asks the API. */
const WITHOUT_API = `function handler(event) {
  event.request.uri = event.request.uri.replace(/^\\/api/, '');
  return event.request;
}`;

/** A bucket takes a form at its root alone. */
const AT_ROOT = `function handler(event) {
  event.request.uri = '/';
  return event.request;
}`;

/** A bucket that only CloudFront reads names no page for a folder. */
const WITH_PAGE = `function handler(event) {
  event.request.uri = event.request.uri.replace(/\\/$/, '/index.html');
  return event.request;
}`;

type Jwt = NonNullable<Config['jwt']>;

/** What the page needs to sign its reader in. None of it is a secret: the client is public, and signs in with PKCE. */
const sessionFile = (
  { issuer, clientId, audience, readScope, writeScope, operateScope }: Jwt,
  hasCampaigns: boolean,
) => ({
  kind: 'oidc',
  issuer,
  clientId: clientId ?? audience[0],
  readScope,
  writeScope,
  ...(hasCampaigns ? { operateScope } : {}),
});

const originsOf = ({ issuer, signInOrigin }: Jwt): string[] => [
  ...new Set([new URL(issuer).origin, ...(signInOrigin ? [signInOrigin] : [])]),
];

type Props = {
  config: Config;
  /** The address of the API, which the pages call under their own origin. */
  apiUrl: string;
  /** The bucket that the capture page uploads into. */
  media: { bucketRegionalDomainName: string };
  /** The folder of the texts of consent, which the capture page shows. */
  consentFolder: string;
  /** The folder of the built pages. */
  site: string;
};

/**
 * The pages of the operator's console and the capture page: a bucket that only CloudFront reads, with the API under `/api/` and the
 * uploads under `/upload` of the same origin, so that the pages call no other. CloudFront keeps nothing, since every answer is about
 * persons. An upload is allowed by its form, which CloudFront passes on as it is (assumed: POST to a bucket as an origin).
 * @throws Error without the setting `jwt`: the pages have no other way to prove who reads them
 */
class ConsoleSite extends Construct {
  readonly outputs: Outputs;

  constructor(scope: Construct, id: string, { config, apiUrl, media, consentFolder, site }: Props) {
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
    const policyOf = (name: string, connectTo: readonly string[]) =>
      new ResponseHeadersPolicy(this, name, {
        comment: `The console of face-revalidation-${stage}.`,
        securityHeadersBehavior: {
          contentSecurityPolicy: { contentSecurityPolicy: contentSecurityPolicy(connectTo), override: true },
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
    const changed = (name: string, code: string) => [
      {
        function: new EdgeFunction(this, name, {
          runtime: FunctionRuntime.JS_2_0,
          code: FunctionCode.fromInline(code),
        }),
        eventType: FunctionEventType.VIEWER_REQUEST,
      },
    ];
    const shared = { viewerProtocolPolicy: ViewerProtocolPolicy.HTTPS_ONLY, cachePolicy: CachePolicy.CACHING_DISABLED };
    const passed = {
      ...shared,
      allowedMethods: AllowedMethods.ALLOW_ALL,
      originRequestPolicy: OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER,
    };
    const originAt = (domain: string) => new HttpOrigin(domain, { protocolPolicy: OriginProtocolPolicy.HTTPS_ONLY });
    const pages = S3BucketOrigin.withOriginAccessControl(bucket);
    const headers = policyOf('Headers', originsOf(jwt));
    const ownHeaders = policyOf('CaptureHeaders', []);
    const distribution = new Distribution(this, 'Distribution', {
      comment: `The console of face-revalidation-${stage}.`,
      defaultRootObject: 'index.html',
      defaultBehavior: { origin: pages, responseHeadersPolicy: headers, ...shared },
      additionalBehaviors: {
        '/api/*': {
          origin: originAt(Fn.select(2, Fn.split('/', apiUrl))),
          functionAssociations: changed('WithoutApi', WITHOUT_API),
          responseHeadersPolicy: headers,
          ...passed,
        },
        '/capture/*': {
          origin: pages,
          functionAssociations: changed('WithPage', WITH_PAGE),
          responseHeadersPolicy: ownHeaders,
          ...shared,
        },
        '/upload': {
          origin: originAt(media.bucketRegionalDomainName),
          functionAssociations: changed('AtRoot', AT_ROOT),
          responseHeadersPolicy: ownHeaders,
          ...passed,
        },
      },
    });
    const texts = Object.keys(consentTextsOf(consentFolder, config)).map((name) =>
      Source.data(`capture/consent/${name}.md`, readFileSync(join(consentFolder, `${name}.md`), 'utf8')),
    );
    new BucketDeployment(this, 'Deployment', {
      sources: [Source.asset(site), Source.jsonData('session.json', sessionFile(jwt, config.campaigns)), ...texts],
      destinationBucket: bucket,
      cacheControl: [CacheControl.noCache()],
      retainOnDelete: false,
    });
    const url = `https://${distribution.distributionDomainName}`;
    this.outputs = {
      ConsoleUrl: { value: url, description: 'The console of operators.' },
      CaptureUrl: { value: `${url}/capture/`, description: 'The capture page, for the setting captureUrl.' },
    };
  }
}

/** The pages of a deployment: those of this package where the stack names no other folder. */
export const consoleSite = (
  scope: Construct,
  { site = siteFolder(), ...props }: Omit<Props, 'site'> & { site: string | undefined },
): ConsoleSite => new ConsoleSite(scope, 'Console', { ...props, site });
