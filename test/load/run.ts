import { parseArgs } from 'node:util';
import { guardEnding } from '../../infra/cli/program/ending.ts';
import { floodDrops } from './drops.ts';
import { type Observed, observe, type Result } from './result.ts';
import { floodVersions } from './versions.ts';
import { floodWebhooks } from './webhooks.ts';

const help = `npm run -s load -- [scenario ...] [options]
Load on the local system, over HTTP: one line for each scenario on stdout, progress on stderr.

  drops        drops put at once, and each event delivered twice: one outcome and one charge each
  webhooks     forged webhooks while genuine cases run: each refused, nothing stored, each genuine case approved
  versions     versions put under one upload form: one charge; other cases run, and are swept at the first visit

  --drops N        drops put at once (default: 500)
  --per-second N   forged webhooks sent in a second (default: 2000)
  --seconds N      for so long (default: 5)
  --versions N     versions under the form (default: 20000)

Exit code: 0 every promise holds, 1 one does not, 2 invalid arguments, 3 the command itself failed.`;

const codeOf = guardEnding();

const print = (line: string) => process.stdout.write(`${line}\n`);

const refuse = (why: string): never => {
  process.stderr.write(`${why} (--help shows how)\n`);
  process.exit(2);
};

const string = (of: string) => ({ type: 'string', default: of }) as const;

const readCall = () => {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        drops: string('500'),
        'per-second': string('2000'),
        seconds: string('5'),
        versions: string('20000'),
        help: { type: 'boolean' },
      },
    });
  } catch (error) {
    return refuse((error as Error).message);
  }
};

const { values, positionals } = readCall();

if (values.help) {
  print(help);
  process.exit(0);
}

const whole = (name: 'drops' | 'per-second' | 'seconds' | 'versions'): number =>
  /^[1-9]\d{0,5}$/.test(values[name])
    ? Number(values[name])
    : refuse(`--${name}: must be a whole number from 1 to 999999`);

const [drops, perSecond, seconds, versions] = [
  whole('drops'),
  whole('per-second'),
  whole('seconds'),
  whole('versions'),
];

const scenarios: Record<string, (observed: Observed) => Promise<Result>> = {
  drops: (observed) => floodDrops(observed, drops),
  webhooks: (observed) => floodWebhooks(observed, perSecond, seconds),
  versions: (observed) => floodVersions(observed, versions),
};

const unknown = positionals.find((name) => !(name in scenarios));

if (unknown !== undefined) refuse(`${unknown}: must be drops, webhooks or versions`);

const observed = await observe((line) => process.stderr.write(`${line}\n`));

let isBroken = false;

for (const name of positionals.length > 0 ? positionals : Object.keys(scenarios)) {
  const { line, broken } = (await scenarios[name]?.(observed)) ?? refuse(name);
  print(`${name}: ${line}`);
  for (const promise of broken) print(`  broken: ${promise}`);
  isBroken ||= broken.length > 0;
}

await observed.system.close();

process.exit(codeOf(isBroken ? 1 : 0));
