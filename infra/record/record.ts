import { accessSync, constants, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { AccountId, TruoraId } from '../../shared/domain/ids.ts';
import { acceptMedia, isPhoto, SNIFF_BYTES } from '../../shared/domain/media.ts';
import { englishErrors } from '../../shared/domain/parse.ts';
import type { Truora } from '../../shared/truora/call.ts';
import { guardEnding } from '../cli/exit-codes.ts';
import { readWords, UsageError } from '../cli/parse-arguments.ts';
import { writeExamples } from './examples.ts';
import { leaksIn } from './leaks.ts';
import { recordAnswers, type Wanted } from './listen.ts';
import { scrubber } from './scrub.ts';

const TRUORA = 'https://api.validations.truora.com';

/** Where Truora takes media (seen: its own SDK refuses every other). */
const UPLOADS = 'https://files.truora.com';

const examples = join(import.meta.dirname, '../../shared/truora/examples');

const help = `npm run -s record -- FILE --account ID --enrollment ID --authorized [--truora ORIGIN] [--into FOLDER]
Re-validates one face at the real Truora and rewrites shared/truora/examples with its answers, without ids, links, addresses,
dates and scores. git then shows what Truora has changed. It costs one validation.

  --authorized        the person has agreed to be verified (required)
  --account ID        the person, by the id Truora knows
  --enrollment ID     Truora's enrollment of that person
  --truora ORIGIN     a stand-in on this machine, instead of ${TRUORA}
  --into FOLDER       where to write, instead of shared/truora/examples
The key is read from the environment variable TRUORA_API_KEY. A photo requests similarity, a video also liveness.

Exit code: 0 recorded; 1 recorded without a verdict; 2 invalid arguments; 3 failed; 130 interrupted.`;

const log = (line: string): void => {
  process.stderr.write(`${line}\n`);
};

const resolved = (path: string) => resolve(process.env.INIT_CWD ?? process.cwd(), path);

const text = { type: 'string' as const };

const options = { account: text, enrollment: text, truora: text, into: text, authorized: { type: 'boolean' as const } };

const readMedia = (given: string): Wanted['media'] & { requested: Wanted['requested'] } => {
  const file = resolved(given);
  let content: Buffer;
  try {
    content = readFileSync(file);
  } catch (error) {
    throw new UsageError(`${given}: cannot be read (${(error as NodeJS.ErrnoException).code})`);
  }
  try {
    const type = acceptMedia({ bytes: content.length, head: content.subarray(0, SNIFF_BYTES) }, {});
    const requested: Wanted['requested'] = isPhoto(type) ? {} : { subvalidations: ['passive_liveness', 'similarity'] };
    return { file, bytes: content.length, type, requested };
  } catch (error) {
    throw new UsageError(`${given}: ${(error as Error).message.replace(/^\w+: (media: )?/, '')}`);
  }
};

const readOrigin = (given = TRUORA): string => {
  const url = URL.canParse(given) ? new URL(given) : undefined;
  const isLoopback = url && ['127.0.0.1', '[::1]', 'localhost'].includes(url.hostname);
  // The key and a face are sent there, so only the exact origin is accepted.
  if (!url || url.origin !== given.replace(/\/$/, '') || !(url.origin === TRUORA || isLoopback)) {
    throw new UsageError(`--truora: must be ${TRUORA}, or the origin of a stand-in on this machine`);
  }
  return url.origin;
};

const readCommand = (argv: string[]) => {
  const { values, positionals } = readWords({ args: argv, allowPositionals: true, options });
  const [given, ...more] = positionals;
  if (given === undefined || more.length > 0) throw new UsageError('give one media file');
  if (!values.authorized) {
    throw new UsageError('--authorized is required: it says that the person has agreed to be verified');
  }
  const account = AccountId.safeParse(values.account, englishErrors);
  if (!account.success) throw new UsageError(`--account: ${account.error.issues[0]?.message}`);
  const enrollment = TruoraId.safeParse(values.enrollment, englishErrors);
  if (!enrollment.success) throw new UsageError(`--enrollment: ${enrollment.error.issues[0]?.message}`);
  const key = process.env.TRUORA_API_KEY?.trim();
  if (!key) throw new UsageError("Truora's key is needed in the environment variable TRUORA_API_KEY");
  const { requested, ...media } = readMedia(given);
  const origin = readOrigin(values.truora);
  const folder = values.into === undefined ? examples : resolved(values.into);
  try {
    accessSync(folder, constants.W_OK);
  } catch {
    throw new UsageError(`--into: ${folder} cannot be written`);
  }
  const wanted: Wanted = { accountId: account.data, enrollmentId: enrollment.data, requested, media };
  return { origin, key, folder, wanted };
};

const truoraAt = (origin: string, key: string): Truora => ({
  origin,
  key: async () => key,
  uploadOrigins: origin === TRUORA ? [UPLOADS] : [UPLOADS, origin],
  // An upload of 10 MB from a laptop may take a minute; other calls take seconds. Milliseconds.
  deadlines: { connectMs: 5000, headersMs: 20_000, idleMs: 20_000, totalMs: 60_000 },
});

const run = async (argv: string[], charged: () => void): Promise<number> => {
  const { origin, key, folder, wanted } = readCommand(argv);
  log(`This creates one validation at ${origin}, which Truora charges.`);
  const { answers, decided } = await recordAnswers(truoraAt(origin, key), wanted, { log: log, charged });
  const scrub = scrubber(wanted);
  const scrubbed = answers.map((one) => ({ ...one, body: scrub(one.body) }));
  const leaks = scrubbed.flatMap(({ name, body }) =>
    leaksIn(body, { key, ...wanted }).map((leak) => `${name}: ${leak}`),
  );
  if (leaks.length > 0) {
    for (const leak of leaks) log(leak);
    throw new Error('nothing was written: an example must not have what is listed above; extend infra/record/scrub.ts');
  }
  for (const [name, news] of writeExamples(folder, scrubbed, new Date())) log(`${name}: ${news}`);
  return decided ? 0 : 1;
};

let isCharged = false;

const maybe = () => (isCharged ? ' (a validation may have been created and charged)' : '');

const codeOf = guardEnding({ more: maybe });

const interrupt = (): never => {
  log(`interrupted; nothing was written${isCharged ? ', and a validation may have been created and charged' : ''}`);
  process.exit(130);
};

if (process.argv.includes('--help')) process.stdout.write(`${help}\n`);
else {
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', interrupt);
  try {
    const code = await run(process.argv.slice(2), () => {
      isCharged = true;
    });
    process.exitCode = codeOf(code);
  } catch (error) {
    const usage = error instanceof UsageError;
    log(usage ? `${error.message} (--help shows how)` : `failed: ${(error as Error).message}${maybe()}`);
    process.exitCode = usage ? 2 : 3;
  }
}
