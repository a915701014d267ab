import { parseArgs } from 'node:util';
import { startLocalSystem } from '../infra/local/local-system.ts';
import { spendOf } from '../shared/domain/spend.ts';
import { recordsBetween } from '../shared/ledger/records.ts';
import { loseAnswers } from './support/lost-drops.ts';

const help = `npm run -s lost-answers -- [--drops 1000]
Drops that are delivered three times each, and the answer to their first create call always lost: once where Truora repeats
the upload link on reads, once where it does not and the policy is fail-for-human. On the local system, on loopback.
Exit code: 0 each drop was one charge and ended as it should; 1 not so; 2 invalid arguments.`;

const say = (line: string) => process.stdout.write(`${line}\n`);

const wrong = (why: string): never => {
  process.stderr.write(`${why} (--help shows how)\n`);
  process.exit(2);
};

const readWords = () => {
  try {
    return parseArgs({ options: { drops: { type: 'string', default: '1000' }, help: { type: 'boolean' } } }).values;
  } catch (error) {
    return wrong((error as Error).message);
  }
};

const words = readWords();

if (words.help) {
  say(help);
  process.exit(0);
}

if (!/^[1-9]\d{0,5}$/.test(words.drops)) wrong('--drops: must be a whole number from 1 to 999999');

const drops = Number(words.drops);

// Long enough for a busy machine: only what is lost may run into a deadline.
const config = { httpDeadlineSeconds: 12, onUnresolved: 'fail-for-human' as const };

const system = await startLocalSystem({ config, sandboxSettings: { listLagMs: 200 } });

let isRight = true;

for (const [repeats, end] of [
  [true, 'approved'],
  [false, 'failed/creation_unconfirmed'],
] as const) {
  Object.assign(system.sandbox?.settings ?? {}, { repeatsUploadLinkOnRead: repeats });
  const startedAt = performance.now();
  const { charges, differing, ends } = await loseAnswers(system, drops);
  const seconds = Math.round((performance.now() - startedAt) / 1000);
  say(`upload link ${repeats ? 'repeated' : 'not repeated'}: ${drops} drops x 3, ${charges} charges, ${seconds} s`);
  for (const [how, count] of Object.entries(ends)) say(`  ${how}: ${count}`);
  if (differing > 0) say(`  drops whose executions gave different outcomes: ${differing}`);
  isRight &&= charges === drops && differing === 0 && ends[end] === drops && Object.keys(ends).length === 1;
}

const spent = await spendOf(recordsBetween(system.table, {}));

const charged = system.sandbox?.counts().charges;

say(`by the records: ${spent.charges} charges, ${spent.orphans} of them never used; by the sandbox: ${charged}`);

await system.close();

isRight &&= spent.charges === charged;

say(isRight ? 'as it should be' : 'NOT as it should be');

process.exit(isRight ? 0 : 1);
