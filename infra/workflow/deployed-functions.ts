import type { EnvKey } from '../../shared/lambda/env.ts';
import type { FunctionName } from '../../shared/workflow/functions.ts';
import { withCampaigns } from './campaign-functions.ts';
import type { FunctionSpec } from './function-spec.ts';
import { envKeys, functionTable } from './function-table.ts';

type Deployment = { campaigns: boolean };

/** What a function has in a deployment, with what campaigns add. */
export const specOf = (name: FunctionName, { campaigns }: Deployment): FunctionSpec => {
  const [spec, more] = [functionTable[name], campaigns ? withCampaigns[name] : undefined];
  return more ? { ...spec, env: [...spec.env, ...more.env], may: [...spec.may, ...more.may] } : spec;
};

/** The variables of a function in a deployment. */
export const envKeysOf = (name: FunctionName, { campaigns }: Deployment): readonly EnvKey[] => [
  ...envKeys[name],
  ...(campaigns ? (withCampaigns[name]?.env ?? []) : []),
];
