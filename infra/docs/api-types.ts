import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { openapi } from './openapi.ts';

const root = join(import.meta.dirname, '../..');

const file = join(root, 'infra/package/api-types.ts');

type Generator = { default: (document: object) => Promise<unknown>; astToString: (nodes: unknown) => string };

/**
 * The TypeScript types of the API, generated from its OpenAPI document. The generator needs the compiler API of TypeScript 5,
 * which TypeScript 7 does not have, so both are packages of `.ci/tools`.
 */
export const apiTypes = async (): Promise<string> => {
  const tools = createRequire(join(root, '.ci/tools/package.json'));
  const { default: generate, astToString } = tools('openapi-typescript') as Generator;
  const types = astToString(await generate(JSON.parse(JSON.stringify(openapi()))));
  return `/** Generated from the OpenAPI document by \`npm run openapi\`. */\n\n${types}`;
};

if (import.meta.main) writeFileSync(file, await apiTypes());
