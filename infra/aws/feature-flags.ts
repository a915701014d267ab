import recommended from 'aws-cdk-lib/recommended-feature-flags.json' with { type: 'json' };

/**
 * CDK's recommended feature flags, which `cdk.json` has too. An app that the CDK's command line does not start, such as that of the
 * local system, needs them to make the same template.
 */
export const featureFlags: Readonly<Record<string, unknown>> = recommended;
