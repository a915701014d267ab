import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Config } from '../aws/config.ts';
import { costTables } from '../cost/cost.ts';
import { scaleTables } from '../cost/scale.ts';
import { synthesize } from '../local/synthesize.ts';
import { definition } from '../workflow/definition.ts';
import { architecture } from './architecture.ts';
import { factsText } from './facts.ts';
import { problemChapters } from './problems.ts';
import { classesTable, messagesTable, reasonsTable } from './reasons.ts';
import { stateDiagram } from './state-diagram.ts';
import {
  capabilityFunctions,
  coreFunctionsTable,
  fieldsTable,
  functionsTable,
  routesTable,
  scenariosTable,
} from './tables.ts';

const root = join(import.meta.dirname, '../..');

const mermaid = (picture: string) => ['```mermaid', picture, '```'].join('\n');

type Parts = Record<string, () => string>;

const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };

/** The parts of the documents that are generated from the code, by document and by the name of their markers. */
export const generated: Record<string, Parts> = {
  'README.md': {
    version: () => `- **Version** ${version}. \`CHANGELOG.md\` says what changed.`,
    facts: factsText,
    architecture: () => mermaid(architecture(synthesize(Config.parse({})))),
  },
  'functions/README.md': {
    machine: () =>
      mermaid(stateDiagram(definition({ callbackTimeoutSeconds: Config.parse({}).callbackTimeoutSeconds }))),
    functions: coreFunctionsTable,
  },
  'shared/contracts/README.md': {
    classes: classesTable,
    routes: routesTable,
    fields: fieldsTable,
  },
  'shared/contracts/reasons.md': { reasons: reasonsTable, messages: messagesTable },
  'shared/contracts/problems.md': { problems: problemChapters },
  'infra/cost/README.md': { cost: costTables, scale: scaleTables },
  'infra/local/README.md': { scenarios: scenariosTable },
  ...Object.fromEntries(
    Object.entries(capabilityFunctions).map(([document, names]) => [
      document,
      { functions: () => functionsTable(names) },
    ]),
  ),
};

/** Puts each generated part between its markers, `<!-- name -->` and `<!-- /name -->`. */
export const withGenerated = (document: string, parts: Parts): string =>
  Object.entries(parts).reduce((text, [name, generate]) => {
    const [before, rest] = text.split(`<!-- ${name} -->`);
    const after = rest?.split(`<!-- /${name} -->`)[1];
    if (after === undefined) throw new Error(`the document has no place for "${name}"`);
    return `${before}<!-- ${name} -->\n${generate()}\n<!-- /${name} -->${after}`;
  }, document);

if (import.meta.main) {
  for (const [document, parts] of Object.entries(generated)) {
    const file = join(root, document);
    writeFileSync(file, withGenerated(readFileSync(file, 'utf8'), parts));
  }
}
