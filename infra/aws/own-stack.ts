import { Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { defined } from '../../shared/domain/defined.ts';
import { type Config, isProtected } from './config.ts';
import { FaceRevalidation, type FaceRevalidationProps } from './stack.ts';

/** The system as its own stack. The id `Default` adds nothing to the logical ids. */
export class FaceRevalidationStack extends Stack {
  constructor(
    scope: Construct,
    id: string,
    {
      config,
      codeOf,
      consentFolder,
      site,
    }: { config: Config } & Pick<FaceRevalidationProps, 'codeOf' | 'consentFolder' | 'site'>,
  ) {
    super(
      scope,
      id,
      defined({
        description: 'Re-validates known faces at Truora.',
        env: config.region ? { region: config.region } : undefined,
        terminationProtection: isProtected(config),
        tags: config.tags,
      }),
    );
    const { region: _, ...settings } = config;
    new FaceRevalidation(this, 'Default', defined({ ...settings, codeOf, consentFolder, site }));
  }
}
