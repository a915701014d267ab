import type { Config } from '../../infra/aws/config.ts';
import { synthesize } from '../../infra/local/synthesize.ts';
import type { Template } from '../../infra/local/template.ts';

/** Where a worker keeps templates for its files; `fresh-modules.ts` makes it, and the mutation tests have none. */
const TEMPLATES = Symbol.for('face-revalidation.templates');

/** The template of these settings: synthesized by the first file of a worker that needs it, and a copy for each. */
export const synthesized = (config: Config): Template => {
  const kept = (globalThis as { [TEMPLATES]?: Map<string, Template> })[TEMPLATES];
  if (!kept) return synthesize(config);
  const key = JSON.stringify(config);
  const template = kept.get(key) ?? synthesize(config);
  kept.set(key, template);
  return structuredClone(template);
};
