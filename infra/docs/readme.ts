import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fields } from '../../shared/domain/field-names.ts';
import { problems } from '../../shared/domain/problem.ts';
import { fileOf, routes } from '../../shared/workflow/functions.ts';
import { Config } from '../aws/config.ts';
import { costTables } from '../cost/cost.ts';
import { scaleTables } from '../cost/scale.ts';
import { synthesize } from '../local/template.ts';
import { scenarios } from '../local/truora/scenarios.ts';
import { definition } from '../workflow/definition.ts';
import { architecture } from './architecture.ts';
import { stateDiagram } from './state-diagram.ts';

const file = join(import.meta.dirname, '../../README.md');

const row = (...cells: string[]) => `| ${cells.join(' | ')} |`;

const code = (text: string | undefined, otherwise: string) => (text ? `\`${text}\`` : otherwise);

const words = ({ status, reason }: { status: string; reason?: string }) =>
  [status, ...(reason ? [reason] : [])].join(', ');

/** The parts of the README that are drawn from the code, by the name of their markers. */
export const drawn: Record<string, () => string> = {
  architecture: () => ['```mermaid', architecture(synthesize(Config.parse({}))), '```'].join('\n'),
  machine: () => ['```mermaid', stateDiagram(definition({ callbackTimeoutSeconds: 60 })), '```'].join('\n'),
  fields: () =>
    [
      row('our word', 'in a drop', 'command line', "Truora's form"),
      row('---', '---', '---', '---'),
      ...fields.map(({ field, metadata, flag, form }) =>
        row(
          `\`${field}\``,
          metadata === 'options'
            ? `\`x-amz-meta-options\`, as \`${field}\``
            : code(metadata && `x-amz-meta-${metadata}`, field === 'forceNew' ? 'a new version is new' : 'in the key'),
          `\`--${flag}\``,
          code(form, field === 'enrollmentId' ? 'in the path of a read' : 'never sent'),
        ),
      ),
    ].join('\n'),
  cost: costTables,
  routes: () =>
    [
      row('route', 'function', 'who may call'),
      row('---', '---', '---'),
      ...Object.entries(routes).map(([name, { method, path, scope }]) =>
        row(
          `\`${method} ${path}\``,
          `\`functions/${fileOf(name)}.ts\``,
          scope === 'signature' ? 'whoever signs with a webhook key' : `IAM, or a token with the ${scope} scope`,
        ),
      ),
    ].join('\n'),
  problems: () =>
    [
      row('code', 'status', 'title'),
      row('---', '---', '---'),
      ...Object.entries(problems).map(([name, { status, title }]) => row(`\`${name}\``, String(status), title)),
    ].join('\n'),
  scenarios: () =>
    [
      row('account id ends in', 'what happens', 'outcome'),
      row('---', '---', '---'),
      ...scenarios.map(({ suffix, story, expected, expectedIfRepeated: repeated }) =>
        row(code(suffix, '(anything else)'), story, `${words(expected)}${repeated ? `; ${words(repeated)} *` : ''}`),
      ),
    ].join('\n'),
};

/** Puts each drawn part between its markers, `<!-- name -->` and `<!-- /name -->`. */
export const withDrawn = (readme: string, parts = drawn): string =>
  Object.entries(parts).reduce((text, [name, draw]) => {
    const [before, rest] = text.split(`<!-- ${name} -->`);
    const after = rest?.split(`<!-- /${name} -->`)[1];
    if (after === undefined) throw new Error(`the page has no place for "${name}"`);
    return `${before}<!-- ${name} -->\n${draw()}\n<!-- /${name} -->${after}`;
  }, readme);

/** The same for the page about scale. */
export const scalePage = join(import.meta.dirname, '../cost/README.md');

export const drawnOfScale = { scale: scaleTables };

if (import.meta.main) {
  writeFileSync(file, withDrawn(readFileSync(file, 'utf8')));
  writeFileSync(scalePage, withDrawn(readFileSync(scalePage, 'utf8'), drawnOfScale));
}
