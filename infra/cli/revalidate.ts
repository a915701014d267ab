import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { extname } from 'node:path';
import { revalidationIdOf } from '../../shared/domain/case-id.ts';
import { defined } from '../../shared/domain/defined.ts';
import type { LedgerRecord } from '../../shared/domain/record.ts';
import type { CallRequest } from '../../shared/domain/request.ts';
import type { Outcome } from '../../shared/domain/revalidation.ts';
import type { LocalSystem } from '../local/local-system.ts';
import type { Context } from './program/context.ts';
import type { Define } from './program/define.ts';
import { codeOfOutcome } from './program/exit-codes.ts';
import { openOut } from './program/out-file.ts';
import { type Requested, readRequest, takeRequest } from './program/request.ts';
import { truoraOf } from './program/truora.ts';
import { UsageError } from './program/usage.ts';

type Options = { truora?: string; json?: true; out?: string; mode?: string };

export const define: Define = (command, does, context) => {
  takeRequest(command)
    .description(
      'Re-validates one face with one photo or video: against the sandbox, or with --truora at the real Truora.',
    )
    .option(
      '--truora <origin>',
      'the real Truora (https://api.validations.truora.com) or a stand-in; its key in TRUORA_API_KEY',
    )
    .option('--json', 'print the recorded outcome as JSON, and nothing else on stdout')
    .option('--out <file>', 'write the recorded outcome as JSON into a file')
    .addHelpText(
      'after',
      '\nExit code: 0 approved; 1 declined, expired, refused, canceled or alternative_required; 2 invalid arguments; 3 failed; 130 interrupted.',
    );
  does(command, (file: string, options: Options) => revalidate(file, options, context));
};

const revalidate = async (file: string, options: Options, context: Context): Promise<number> => {
  if (options.truora !== undefined && options.mode === 'callback') {
    throw new UsageError('--mode callback: no webhook of Truora reaches this machine; use poll');
  }
  const requested = await readRequest(file, options, context);
  const where = truoraOf(options.truora, context);
  const out = options.out === undefined ? undefined : openOut(options.out, context);
  context.onInterrupt({
    parting: where.truora
      ? 'interrupted; the same command continues where this one stopped'
      : 'interrupted; the sandbox keeps nothing, so run it again',
  });
  context.onEnd(async () => out?.close());
  if (where.ledgerDirectory) mkdirSync(where.ledgerDirectory, { recursive: true, mode: 0o700 });

  const [{ startLocalSystem }, { progress, summary }, { watchTruora }] = await Promise.all([
    import('../local/local-system.ts'),
    import('./program/progress.ts'),
    import('./program/watch-truora.ts'),
  ]);
  const show = progress(context.log);
  const watch = where.truora ? watchTruora(context.log) : () => {};
  // A person who retries knows what their account at Truora allows; Truora refuses the rest.
  const config = requested.options.retryOf ? { allowedRetries: 2 } : {};
  const onEvent = (event: Parameters<typeof show>[0]) => {
    show(event);
    watch(event);
  };
  const system = await startLocalSystem({ ...where, config, onEvent });
  context.onEnd(() => system.close());
  const outcome = (await runOn(system, requested))?.outcome;
  if (!outcome) throw new Error('no outcome was recorded; run the same command again to continue');
  const json = JSON.stringify(outcome, null, 2);
  context.print(options.json ? json : summary(outcome));
  out?.write(json, outcome.status);
  return codeOfOutcome(outcome);
};

/** The same file, person, options and reference are the same case: a second run continues it. */
const nameOf = ({ media, accountId, enrollmentId, options, purpose, reference, forceNew }: Requested): string => {
  const bytes = createHash('sha256').update(media.content).digest('hex');
  const all = JSON.stringify([
    bytes,
    accountId,
    enrollmentId,
    options,
    reference ?? null,
    ...(forceNew ? [forceNew] : []),
    ...(purpose ? [{ purpose }] : []),
  ]);
  return createHash('sha256').update(all).digest('hex').slice(0, 32);
};

const runOn = async (system: LocalSystem, requested: Requested): Promise<LedgerRecord | undefined> => {
  const { accountId, enrollmentId, options, purpose, consentReceiptId, reference, forceNew, media } = requested;
  const { putMedia } = await import('../local/put-media.ts');
  system.sandbox?.enroll({ accountId, enrollmentId });
  const name = nameOf(requested);
  const key = `media/${name}${extname(media.name).toLowerCase()}`;
  const versionId = await putMedia(system, { key, file: media.content });
  const request: CallRequest = defined({
    kind: 'call',
    accountId,
    enrollmentId,
    userAuthorized: true,
    media: { key, versionId },
    options,
    purpose,
    consentReceiptId,
    reference,
    forceNew,
  });
  // The name makes it the same execution after a crash, so the claim in the ledger is still its own.
  const execution = system.machine.start({ request }, name);
  await execution.ended;
  // A refused call is a case of its own, which the output names; a failed one has no output, but the claim's id.
  const forceKey = forceNew && execution.executionArn;
  const { revalidationId = revalidationIdOf({ accountId, bucket: system.bucket, key, version: versionId, forceKey }) } =
    (execution.output ?? {}) as Partial<Outcome>;
  return system.record(revalidationId);
};
