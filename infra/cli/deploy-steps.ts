import { spawnSync } from 'node:child_process';
import { createInterface } from 'node:readline/promises';
import { deployedSettings } from '../aws/deployed-settings.ts';
import { deployerIdentity } from '../aws/identity.ts';
import { stageFolder } from '../aws/stage-file.ts';

/** What a deployment does outside this process, and whether a person can answer it. */
export type Steps = {
  /** The folder of the stage files. */
  folder: string;
  identityOf: typeof deployerIdentity;
  settingsOf: typeof deployedSettings;
  /** Runs the CDK's command line. @returns its exit code */
  cdk: (args: string[], region: string) => number;
  /** Asks the person, who has to type `y`. */
  ask: (question: string) => Promise<boolean>;
  hasTerminal: boolean;
};

/** @throws Error when the CDK's command line is not there */
const runCdk: Steps['cdk'] = (args, region) => {
  // The settings were compared in this region, so the CDK deploys there and nowhere else.
  const { status, error } = spawnSync('cdk', args, { stdio: 'inherit', env: { ...process.env, AWS_REGION: region } });
  if (error)
    throw new Error(
      `the CDK could not be started (${(error as NodeJS.ErrnoException).code}): run it by npm, after npm ci`,
    );
  return status ?? 3;
};

/** A closed input is a no. */
const askPerson: Steps['ask'] = async (question) => {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  const closed = new Promise<string>((resolve) => lines.once('close', () => resolve('')));
  const answer = await Promise.race([lines.question(question), closed]);
  lines.close();
  return /^y(es)?$/i.test(answer.trim());
};

/** The steps of this process. */
export const ownSteps = (): Steps => ({
  folder: stageFolder,
  identityOf: deployerIdentity,
  settingsOf: deployedSettings,
  cdk: runCdk,
  ask: askPerson,
  hasTerminal: process.stdin.isTTY === true,
});
