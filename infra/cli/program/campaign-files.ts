import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream, statSync } from 'node:fs';
import { basename, extname, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { headText, openText, putFile } from '../../../shared/aws/text-objects.ts';
import { MANIFESTS, MAX_MANIFEST_BYTES } from '../../../shared/campaigns/campaign.ts';
import { objectsOf } from '../../../shared/campaigns/objects.ts';
import { CampaignView } from '../../../shared/campaigns/view.ts';
import { callCampaigns } from './campaign-api.ts';
import type { Context } from './context.ts';
import { type Connected, connect, outputOf, type StageOptions } from './deployment.ts';
import { exitCodes } from './exit-codes.ts';
import { UsageError } from './usage.ts';

/** A plan is asked for again after it. Milliseconds. */
const ASK_MS = 2000;

/** @throws UsageError for a file that is none, too large, or of another kind */
const checkFile = (file: string, given: string): void => {
  const found = statSync(file, { throwIfNoEntry: false });
  if (!found?.isFile()) throw new UsageError(`file: there is no file ${given}`);
  if (found.size > MAX_MANIFEST_BYTES) throw new UsageError(`file: must be at most ${MAX_MANIFEST_BYTES} bytes`);
  if (!['.csv', '.ndjson'].includes(extname(file))) throw new UsageError('file: must end in .csv or .ndjson');
};

/** The name of a manifest in the bucket: the same content has the same one, so that a repeated plan is the same campaign. */
const keyOf = async (file: string): Promise<string> => {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  const name = basename(file, extname(file))
    .replace(/[^\w.-]/g, '_')
    .slice(0, 80);
  return `${MANIFESTS}${name}-${hash.digest('hex').slice(0, 16)}${extname(file)}`;
};

/** Uploads a manifest, unless it is there, asks for its plan, and waits for it. @returns the planned or refused campaign */
export const planFile = async (
  given: string,
  asked: { purpose: string; pace: number },
  connected: Connected,
  context: Context,
): Promise<CampaignView> => {
  const file = resolve(context.folder, given);
  checkFile(file, given);
  const [bucket, key] = [outputOf(connected, 'MediaBucket'), await keyOf(file)];
  if (!(await headText({ bucket, key }))) await putFile({ bucket, key }, file);
  const call = { method: 'POST', path: '/campaigns', body: JSON.stringify({ manifest: { key }, ...asked }) };
  let view = CampaignView.parse(await callCampaigns(connected, call, context));
  if (view.status === 'planning') context.log(`${view.campaignId} is being planned; Ctrl-C does not end the plan`);
  while (view.status === 'planning') {
    await sleep(ASK_MS);
    const path = `/campaigns/${view.campaignId}`;
    view = CampaignView.parse(await callCampaigns(connected, { method: 'GET', path }, context));
  }
  return view;
};

/** Only its owner reads a file about persons. */
const OWNER_ONLY = 0o600;

/** Writes the objects of a campaign into files. */
export const saveResults = async (
  campaignId: string,
  { out, retry, errors, ...at }: StageOptions & { out?: string; retry?: string; errors?: string },
  context: Context,
): Promise<number> => {
  const objects = objectsOf(campaignId);
  const wanted = Object.entries({ [objects.results]: out, [objects.retry]: retry, [objects.errors]: errors });
  const files = wanted.flatMap(([key, file]) => (file === undefined ? [] : [{ key, file }]));
  if (files.length === 0) throw new UsageError('give --out, --retry or --errors');
  const bucket = outputOf(await connect(at, context), 'MediaBucket');
  for (const { key, file } of files) {
    const source = await openText({ bucket, key });
    if (!source) {
      context.log(`there is no ${basename(key)} of ${campaignId} yet`);
      return exitCodes.no;
    }
    await pipeline(source, createWriteStream(resolve(context.folder, file), { mode: OWNER_ONLY }));
    context.log(`${file}: ${basename(key)} of ${campaignId}`);
  }
  return exitCodes.ok;
};
