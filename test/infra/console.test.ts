import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { describe, expect, test } from 'vitest';
import { Config } from '../../infra/aws/config.ts';
import { FaceRevalidationStack } from '../../infra/aws/own-stack.ts';
import type { Template } from '../../infra/local/template.ts';
import { BY_DAY } from '../../shared/domain/record.ts';
import { consoleFunctions, routes } from '../../shared/workflow/functions.ts';
import { quickApp } from '../support/quick-app.ts';
import { withoutPlaces } from '../support/without-places.ts';

/** A part of a template, whose form the expectations check. */
// biome-ignore lint/suspicious/noExplicitAny: CloudFormation's properties have no types here.
type Anything = any;

const jwt = { issuer: 'https://issuer.example.com/pool', audience: ['client-1'] };

const site = mkdtempSync(join(tmpdir(), 'site-'));

mkdirSync(join(site, 'assets'));
writeFileSync(join(site, 'index.html'), '<!doctype html>');

/** @returns the template, and the texts of every asset, as they would be uploaded */
const synthesizeWith = (settings: object): { template: Template; assets: string[] } => {
  const app = quickApp();
  const config = Config.parse(settings);
  const [stack, assembly] = withoutPlaces(() => {
    const made = new FaceRevalidationStack(app, 'face', { config, codeOf: () => Code.fromInline('//'), site });
    return [made, app.synth()] as const;
  });
  const assets = readdirSync(assembly.directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name === 'session.json')
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'));
  return { template: assembly.getStackArtifact(stack.artifactId).template as Template, assets };
};

const { template, assets } = synthesizeWith({ console: true, jwt });

const typesOf = ({ Resources }: Template) => new Set(Object.values(Resources).map(({ Type }) => Type));

const only = (type: string, of = ''): Record<string, Anything> => {
  const [found, ...more] = Object.entries(template.Resources).flatMap(([id, one]) =>
    one.Type === type && id.startsWith(of) ? [one] : [],
  );
  if (!found || more.length > 0) throw new TypeError(`${type}: ${more.length + 1} are there`);
  return found.Properties as Record<string, Anything>;
};

const distribution = () => only('AWS::CloudFront::Distribution').DistributionConfig as Record<string, Anything>;

/** A function of CloudFront, as it changes the path of a request. */
const atEdge = (id: string) => {
  const code = String(only('AWS::CloudFront::Function', id).FunctionCode);
  const handler = new Function(`${code}; return handler;`)() as (event: object) => { uri: string };
  return (uri: string) => handler({ request: { uri } }).uri;
};

describe('without the setting', () => {
  const plain = synthesizeWith({ jwt }).template;

  test('the template has nothing of the console: no page, no function, no route, no index', () => {
    const text = JSON.stringify(plain);
    expect([...typesOf(plain)].filter((type) => /CloudFront|CDKBucketDeployment|CustomResource/.test(type))).toEqual(
      [],
    );
    for (const name of consoleFunctions) {
      expect(text).not.toContain(name);
      expect(text).not.toContain(`"${routes[name].method} ${routes[name].path}"`);
    }
    expect(text).not.toContain(BY_DAY.name);
    expect(plain.Outputs.ConsoleUrl).toBeUndefined();
  });
});

test('the setting needs jwt, and says why', () => {
  expect(() => synthesizeWith({ console: true })).toThrow(
    'configuration: console: needs jwt, with whose issuer its readers sign in',
  );
});

describe('with the setting', () => {
  test('there are its functions, its routes with a scope, and the index of a day', () => {
    const text = JSON.stringify(template);
    expect(text).toContain(BY_DAY.name);
    for (const name of consoleFunctions) {
      const key = `${routes[name].method} ${routes[name].path}`;
      const route = Object.values(template.Resources).find(({ Properties }) => Properties?.RouteKey === key);
      expect(route?.Properties).toMatchObject({
        AuthorizationType: 'JWT',
        AuthorizationScopes: [`revalidations/${routes[name].scope}`],
      });
    }
  });

  test('only CloudFront reads the pages, by its own signature', () => {
    const { S3OriginConfig, OriginAccessControlId } = (distribution().Origins as Anything[])[0] as Record<
      string,
      Anything
    >;
    expect(S3OriginConfig).toEqual({ OriginAccessIdentity: '' });
    expect(OriginAccessControlId).toBeDefined();
    expect(only('AWS::CloudFront::OriginAccessControl').OriginAccessControlConfig).toMatchObject({
      SigningBehavior: 'always',
      SigningProtocol: 'sigv4',
    });
  });

  test('the API is under the same origin, without its prefix, and keeps the token of the call', () => {
    const [api] = distribution().CacheBehaviors as Anything[];
    expect(api).toMatchObject({ PathPattern: '/api/*', ViewerProtocolPolicy: 'https-only' });
    const uriOf = atEdge('ConsoleWithoutApi');
    expect([uriOf('/api/days/2026-11-23/cases'), uriOf('/api/revalidations/api/x')]).toEqual([
      '/days/2026-11-23/cases',
      '/revalidations/api/x',
    ]);
  });

  test('the capture page is at the folder of its files, and its uploads go to the root of the media bucket alone', () => {
    const [, page, upload] = distribution().CacheBehaviors as Anything[];
    expect([page.PathPattern, upload.PathPattern]).toEqual(['/capture/*', '/upload']);
    const [pages, , media] = distribution().Origins as Anything[];
    expect([page.TargetOriginId, upload.TargetOriginId]).toEqual([pages.Id, media.Id]);
    expect(JSON.stringify(media.DomainName)).toContain('StorageMedia');
    expect(media.OriginAccessControlId).toBeUndefined();
    const [pageAt, uploadAt] = [atEdge('ConsoleWithPage'), atEdge('ConsoleAtRoot')];
    expect([pageAt('/capture/'), pageAt('/capture/assets/a.js')]).toEqual([
      '/capture/index.html',
      '/capture/assets/a.js',
    ]);
    expect(uploadAt('/upload')).toBe('/');
    expect(JSON.stringify(template.Outputs.CaptureUrl)).toContain('/capture/');
  });

  test('the capture page may call its own origin alone, and has the camera and the microphone', () => {
    const { SecurityHeadersConfig, CustomHeadersConfig } = only(
      'AWS::CloudFront::ResponseHeadersPolicy',
      'ConsoleCaptureHeaders',
    ).ResponseHeadersPolicyConfig as Anything;
    expect(SecurityHeadersConfig.ContentSecurityPolicy.ContentSecurityPolicy).toContain("connect-src 'self';");
    expect(JSON.stringify(CustomHeadersConfig)).toContain('camera=(self), microphone=(self)');
  });

  test('every page has a policy that allows its own origin and that of the issuer', () => {
    const { SecurityHeadersConfig } = only('AWS::CloudFront::ResponseHeadersPolicy', 'ConsoleHeaders')
      .ResponseHeadersPolicyConfig as {
      SecurityHeadersConfig: { ContentSecurityPolicy: { ContentSecurityPolicy: string } };
    };
    const policy = SecurityHeadersConfig.ContentSecurityPolicy.ContentSecurityPolicy;
    expect(policy).toContain("default-src 'none'; script-src 'self';");
    expect(policy).toContain("connect-src 'self' https://issuer.example.com;");
    const behaviors = [distribution().DefaultCacheBehavior, ...(distribution().CacheBehaviors as Anything[])];
    expect(behaviors.every(({ ResponseHeadersPolicyId }) => ResponseHeadersPolicyId !== undefined)).toBe(true);
  });

  test('the page learns the issuer, the client and the scopes, and nothing else', () => {
    expect(assets.map((text) => JSON.parse(text))).toEqual([
      {
        kind: 'oidc',
        issuer: jwt.issuer,
        clientId: 'client-1',
        readScope: 'revalidations/read',
        writeScope: 'revalidations/write',
      },
    ]);
  });

  // Neither changes what the other does, so one template has both.
  const own = { ...jwt, clientId: 'console', signInOrigin: 'https://login.example.com' };
  const made = synthesizeWith({ console: true, jwt: own, campaigns: true });

  test('with campaigns it learns the scope that starts and stops them, too', () => {
    expect(made.assets.map((text) => JSON.parse(text).operateScope)).toEqual(['revalidations/operate']);
  });

  test('a client and a sign-in origin of their own are taken', () => {
    expect(made.assets.map((text) => JSON.parse(text).clientId)).toEqual(['console']);
    expect(JSON.stringify(made.template)).toContain(
      "connect-src 'self' https://issuer.example.com https://login.example.com;",
    );
  });

  test('its address is an output', () => {
    expect(JSON.stringify(template.Outputs.ConsoleUrl)).toContain('https://');
  });
});
