import { createHash } from 'node:crypto';
import { accessSync, constants, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, extname, join, resolve } from 'node:path';
import { revalidationIdOf } from '../../shared/domain/case-id.ts';
import { defined } from '../../shared/domain/defined.ts';
import type { CallRequest } from '../../shared/domain/request.ts';
import type { Outcome } from '../../shared/domain/revalidation.ts';
import { type LocalSystem, type LocalSystemOptions, startLocalSystem } from '../local/local-system.ts';
import { putMedia, registerEnrollment } from '../local/put-media.ts';
import { type Asked, type Flags, readArguments, readAsked, UsageError } from './arguments.ts';
import { exitCodes, main, print, tell } from './main.ts';
import { progress, summary } from './progress.ts';

const help = `npm run -s revalidate -- FILE --account ID --enrollment ID --authorized [options]
Re-validates one face with one photo or video: against the sandbox, or with --truora against the real Truora.

  --authorized             the person has agreed to be verified (required)
  --account ID             the person, by the id Truora knows
  --enrollment ID          Truora's enrollment of that person
  --threshold 0.8          least similarity, 0 to 1
  --subvalidation NAME     similarity or passive_liveness; may be repeated
  --liveness passive       the older form of --subvalidation
  --retry-of ID            the declined validation to retry, by Truora's id or ours (with passive liveness)
  --minimum-precision P    only for speech_match, which needs a live capture
  --timeout 300            seconds Truora gives the validation, 1 to 21600
  --mode callback|poll     wait for a webhook first, or look by the clock alone
  --reference TEXT         your own name for the case; another one makes another re-validation
  --force-new REASON       pay for the same case once more, and write down why
  --truora ORIGIN          the real Truora (https://api.validations.truora.com) or a stand-in, key in TRUORA_API_KEY
  --json                   print the recorded outcome as JSON on stdout
  --out FILE               write the recorded outcome as JSON into a file

Exit code: 0 approved; 1 declined, expired, refused or canceled; 2 invalid arguments; 3 failed; 130 interrupted.`;

/** The same file, person, options and reference are the same case: run again, it goes on where it was. */
const caseOf = ({ file, accountId, enrollmentId, options, reference, forceNew }: Asked): string => {
  const bytes = createHash('sha256').update(readFileSync(file)).digest('hex');
  const all = JSON.stringify([
    bytes,
    accountId,
    enrollmentId,
    options,
    reference ?? null,
    ...(forceNew ? [forceNew] : []),
  ]);
  return createHash('sha256').update(all).digest('hex').slice(0, 32);
};

/** The one origin that a key may be sent to. */
const TRUORA = 'https://api.validations.truora.com';

const isLoopback = ({ hostname }: URL) => ['127.0.0.1', '[::1]', 'localhost'].includes(hostname);

/** What --truora asks for: the origin, the key, and a ledger on disk that outlives this process. */
const truoraOf = (flags: Flags): Pick<LocalSystemOptions, 'truora' | 'ledgerDirectory'> => {
  if (flags.truora === undefined) return {};
  const given = String(flags.truora);
  const url = URL.canParse(given) ? new URL(given) : undefined;
  // The key and a face go there, so a similar name is refused.
  if (!url || url.origin !== given.replace(/\/$/, '') || !(url.origin === TRUORA || isLoopback(url))) {
    throw new UsageError(`--truora: must be ${TRUORA}, or the origin of a stand-in on this machine`);
  }
  if (flags.mode === 'callback')
    throw new UsageError('--mode callback: no webhook of Truora reaches this machine; use poll');
  const key = process.env.TRUORA_API_KEY;
  // From here on it is in this process's memory alone: what might be started by it inherits nothing.
  delete process.env.TRUORA_API_KEY;
  if (!key) throw new UsageError('--truora needs the key in the environment variable TRUORA_API_KEY');
  return { truora: { origin: url.origin, key }, ledgerDirectory: join('.ledger', url.host.replaceAll(':', '_')) };
};

/** Where the outcome goes; known to be writable before anything is paid for. */
const outOf = (flags: Flags): string | undefined => {
  if (flags.out === undefined) return undefined;
  const file = resolve(process.env.INIT_CWD ?? '.', String(flags.out));
  const there = statSync(file, { throwIfNoEntry: false });
  if (there?.isDirectory()) throw new UsageError(`--out: ${flags.out} is a folder; name a file`);
  try {
    accessSync(there ? file : dirname(file), constants.W_OK);
  } catch {
    throw new UsageError(`--out: ${flags.out} cannot be written: ${there ? 'it' : 'its folder'} is missing or closed`);
  }
  return file;
};

/** @throws Error that names the outcome, which is recorded all the same */
const writeOut = (file: string, json: string, status: string): void => {
  try {
    writeFileSync(file, `${json}\n`);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new Error(`the outcome is ${status} and recorded, but --out ${file} cannot be written (${code})`);
  }
};

const run = async (world: LocalSystem, asked: Asked) => {
  const { accountId, enrollmentId, options, reference, forceNew } = asked;
  if (world.sandbox) await registerEnrollment(world.sandbox.origin, { accountId, enrollmentId });
  const name = caseOf(asked);
  const key = `media/${name}${extname(asked.file).toLowerCase()}`;
  const versionId = await putMedia(world, { key, file: asked.file });
  const request: CallRequest = defined({
    kind: 'call',
    accountId,
    enrollmentId,
    userAuthorized: true,
    media: { key, versionId },
    options,
    reference,
    forceNew,
  });
  // The name makes it the same execution after a crash, so the claim in the ledger is still its own.
  const execution = world.machine.start({ request }, name);
  await execution.ended;
  // A refused call is a case of its own, which the output names; a failed one has no output, but the claim's id.
  const forceKey = forceNew && execution.executionArn;
  const { revalidationId = revalidationIdOf({ accountId, bucket: world.bucket, key, version: versionId, forceKey }) } =
    (execution.output ?? {}) as Partial<Outcome>;
  return world.record(revalidationId);
};

await main(
  help,
  async (argv, open) => {
    const { flags, files } = readArguments(argv, {
      truora: { type: 'string' },
      json: { type: 'boolean' },
      out: { type: 'string' },
    });
    const asked = readAsked(flags, files);
    const where = truoraOf(flags);
    const out = outOf(flags);
    if (where.ledgerDirectory) mkdirSync(where.ledgerDirectory, { recursive: true, mode: 0o700 });

    // A person who retries knows what their account at Truora allows; Truora refuses the rest.
    const config = asked.options.retryOf ? { allowedRetries: 2 } : {};
    const world = await startLocalSystem({ ...where, config, onEvent: progress(tell) });
    open(world);
    const outcome = (await run(world, asked))?.outcome;
    if (!outcome) throw new Error('no outcome was recorded; run the same command again to go on');
    const json = JSON.stringify(outcome, null, 2);
    print(flags.json ? json : summary(outcome));
    if (out) writeOut(out, json, outcome.status);
    if (outcome.status === 'approved') return exitCodes.approved;
    return outcome.status === 'failed' ? exitCodes.failed : exitCodes.notApproved;
  },
  {
    parting: process.argv.some((word) => word.startsWith('--truora'))
      ? 'interrupted; the same command goes on where this one stopped'
      : 'interrupted; the sandbox keeps nothing, so run it again',
  },
);
