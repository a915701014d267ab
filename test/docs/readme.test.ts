import { describe, expect, test } from 'vitest';
import { alarmNames } from '../../infra/aws/alarm-table.ts';
import { Config } from '../../infra/aws/config.ts';
import { architecture } from '../../infra/docs/architecture.ts';
import { countMarks } from '../../infra/docs/facts.ts';
import { generated, withGenerated } from '../../infra/docs/readme.ts';
import { wordsOf } from '../../infra/docs/settings.ts';
import { definition } from '../../infra/workflow/definition.ts';
import { errorReasons, groupedReasons, ourReasons } from '../../shared/domain/reasons.ts';
import { Verdict } from '../../shared/domain/revalidation.ts';
import { stepNames } from '../../shared/workflow/contract.ts';
import { fileOf, functionNames, functionsOf } from '../../shared/workflow/functions.ts';
import { chapterOf, read } from '../support/documents.ts';
import { synthesized } from '../support/synthesized.ts';

const part = (document: string, name: string): string => {
  const generate = generated[document]?.[name];
  if (!generate) throw new Error(`${document} has no part "${name}"`);
  return generate();
};

describe('the generated parts', () => {
  test.each(Object.entries(generated))('match in %s what the code generates (npm run -s readme)', (document, parts) => {
    expect(withGenerated(read(document), parts)).toBe(read(document));
  });

  test('throw an error when their document has no place for them', () => {
    const text = read('functions/README.md').replace('<!-- machine -->', '');
    expect(() => withGenerated(text, generated['functions/README.md'] ?? {})).toThrow(/no place for "machine"/);
  });
});

describe('the picture of the state machine', () => {
  const picture = part('functions/README.md', 'machine');

  test('shows every state', () => {
    for (const name of stepNames) expect(picture).toMatch(new RegExp(`[>|] ${name}$`, 'm'));
    expect(picture).toContain('HowToWait{');
    expect(picture).toContain('Failed[[');
  });

  test('labels an arrow "refused" only where it leads to RecordRefusal', () => {
    const refusedTo = [...picture.matchAll(/\|refused\| (\w+)/g)].map(([, to]) => to);
    expect(new Set(refusedTo)).toEqual(new Set(['RecordRefusal']));
  });
});

describe('the picture of the architecture', () => {
  test('shows every function', () => {
    // Each call synthesizes a stack.
    const picture = part('README.md', 'architecture');
    for (const name of functionsOf(Config.parse({}))) expect(picture).toMatch(new RegExp(`[>, ]${name}\\b`));
  });

  test('draws an arrow only where the template grants a permission', () => {
    const template = synthesized(Config.parse({}));
    const isDenied = ({ Action }: { Action: string | string[] }) => String(Action).includes('secretsmanager:');
    for (const { Properties } of Object.values(template.Resources)) {
      const document = Properties?.PolicyDocument as { Statement: { Action: string | string[] }[] } | undefined;
      if (document) document.Statement = document.Statement.filter((statement) => !isDenied(statement));
    }
    expect(part('README.md', 'architecture')).toContain('| secrets');
    expect(architecture(template)).not.toContain('| secrets');
  });
});

test('an alarm of the runbook that a reason leads to exists', () => {
  const named = groupedReasons.flatMap(({ operator }) => /(\w+) in the runbook/.exec(operator)?.[1] ?? []);
  expect(named).not.toEqual([]);
  expect(named.filter((name) => !(alarmNames as readonly string[]).includes(name))).toEqual([]);
});

test('the runbook says what to do for every reason of a failed case', () => {
  const [, list = ''] = chapterOf('infra/aws/RUNBOOK.md', 'ExecutionsFailed').split('**Do**');
  const named = [...list.matchAll(/`([a-z_]+)(\.\.\.)?`/g)];
  const isNamed = (reason: string) =>
    named.some(([, code = '', isStart]) => (isStart ? reason.startsWith(code) : reason === code));
  const failed = groupedReasons.filter(({ status }) => status === 'failed').flatMap(({ reasons }) => reasons);
  // Refusals that come after the create call.
  const all = [...failed, ...errorReasons.MediaGoneError];
  expect(all.filter((reason) => !isNamed(reason))).toEqual([]);
});

test('every function is in the table of one document', () => {
  const names = Object.entries(generated).flatMap(([document, { functions }]) =>
    functions ? [...read(document).matchAll(/^\| `([a-z-]+)\.ts` \|/gm)].map(([, name]) => name) : [],
  );
  expect(names.toSorted()).toEqual(functionNames.map(fileOf).toSorted());
});

test('the table of reasons lists every reason of an outcome once', () => {
  const listed = groupedReasons.flatMap(({ reasons }) => reasons);
  const known = new Set<string>([...Verdict.shape.reason.def.innerType.options, ...ourReasons]);
  expect(listed.toSorted()).toEqual([...known].toSorted());
});

test('the table of reasons says which refusals end as failed after the create call', () => {
  const { MoveMedia } = definition({ callbackTimeoutSeconds: 60 }).States;
  // The state after the charge catches no refusal, and its function throws these.
  expect(JSON.stringify(MoveMedia)).not.toContain('RecordRefusal');
  const rows = part('shared/contracts/reasons.md', 'reasons').split('\n');
  for (const reason of errorReasons.MediaGoneError) {
    expect(rows.find((row) => row.includes(`\`${reason}\``))).toContain('After the create call the status is `failed`');
  }
});

test('the docstring above a setting is its meaning, also before a setting without one', () => {
  const source =
    '  /** One and\n   * two. More. */\n  one: z.string(),\n  two: z.string(),\n  /** Three. */\n  three: z.x(';
  expect(wordsOf(source)).toEqual({ one: 'One and two. More.', two: 'One and two. More.', three: 'Three.' });
});

test('the count of facts counts each mark that begins a parenthesis, and no other word', () => {
  const sources = ['/** A (documented). B (seen in an SDK); C (assumed: no). */', '// as documented, (not assumed)'];
  expect(countMarks(sources)).toEqual({ documented: 1, seen: 1, assumed: 1 });
});
