import * as z from 'zod/mini';
import { CampaignId, FASTEST, SLOWEST } from '../../shared/campaigns/campaign.ts';
import { type Control, controls } from '../../shared/campaigns/controls.ts';
import { CampaignView } from '../../shared/campaigns/view.ts';
import { Purpose } from '../../shared/domain/request.ts';
import { CampaignRefusedError, callCampaigns } from './program/campaign-api.ts';
import { planFile, saveResults } from './program/campaign-files.ts';
import { planText, statusText } from './program/campaign-text.ts';
import type { Context } from './program/context.ts';
import type { Define } from './program/define.ts';
import { connect, type StageOptions, takeStage } from './program/deployment.ts';
import { exitCodeHelp, exitCodes } from './program/exit-codes.ts';
import { numberOf, parseArgument } from './program/usage.ts';

type PlanOptions = StageOptions & { purpose?: string; pace: string; vendorPrice?: string; json?: boolean };

const PACE_RULE = `must be ${SLOWEST} to ${FASTEST} rows a second`;

const Pace = z.number(PACE_RULE).check(z.minimum(SLOWEST, PACE_RULE), z.maximum(FASTEST, PACE_RULE));

const PRICE_RULE = 'must be dollars, 0 or more';

const Price = z.optional(z.number(PRICE_RULE).check(z.minimum(0, PRICE_RULE)));

const about: Record<Control, string> = {
  start: 'Begins the rows of a planned campaign. From then on validations are paid for.',
  pause: 'Begins no more rows. Those that have their turn go on to their end.',
  resume: 'Goes on with the rows that have not ended, also after the execution of the campaign was stopped.',
  cancel: 'Ends a campaign. Rows that have their turn go on to their end.',
};

export const define: Define = (command, does, context) => {
  command.description('Re-validates a whole portfolio from a file, at a pace that Truora bears.');

  const plan = takeStage(command.command('plan'))
    .description('Reads a manifest and shows who can run, what it costs and when it ends. It spends nothing.')
    .argument('<file>', 'the manifest: .csv with a header, or .ndjson')
    .option('--purpose <purpose>', 'the purpose of rows that name none (required)')
    .option('--pace <number>', 'rows a second', '1')
    .option('--vendor-price <dollars>', 'dollars of one validation at Truora')
    .option('--json', 'print the plan as JSON')
    .addHelpText('after', exitCodeHelp('it is refused'));
  does(plan, (file: string, options: PlanOptions) => failing(context, () => makePlan(file, options, context)));

  for (const control of controls) {
    const one = takeStage(command.command(control))
      .description(about[control])
      .argument('<id>', 'the id of the campaign')
      .addHelpText('after', exitCodeHelp('its status does not allow it'));
    does(one, (id: string, options: StageOptions) =>
      failing(context, () => show(id, { ...options, control }, context)),
    );
  }

  const status = takeStage(command.command('status'))
    .description('Shows how far a campaign is.')
    .argument('<id>', 'the id of the campaign')
    .option('--json', 'print it as JSON')
    .addHelpText('after', exitCodeHelp('there is no such campaign'));
  does(status, (id: string, options: ShowOptions) => failing(context, () => show(id, options, context)));

  const results = takeStage(command.command('results'))
    .description(
      'Writes how each row ended, and a manifest of those that may be run again, into files that only you may read.',
    )
    .argument('<id>', 'the id of the campaign')
    .option('--out <file>', 'one JSON object a row')
    .option('--retry <file>', 'a manifest of the rows that may be run again as they are')
    .option('--errors <file>', 'the rows that could not run: line, field, reason and rule')
    .addHelpText('after', exitCodeHelp('there are no results yet'));
  does(results, (id: string, options: StageOptions & { out?: string; retry?: string; errors?: string }) =>
    saveResults(parseArgument(CampaignId, id, 'id'), options, context),
  );
};

/** A refusal of the API is an answer: its code and detail, and exit code 1. */
const failing = async (context: Context, work: () => Promise<number>): Promise<number> => {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof CampaignRefusedError)) throw error;
    context.log(error.message);
    return exitCodes.no;
  }
};

const makePlan = async (file: string, options: PlanOptions, context: Context): Promise<number> => {
  const purpose = parseArgument(Purpose, options.purpose, '--purpose');
  const pace = parseArgument(Pace, numberOf(options.pace), '--pace');
  const vendorPrice = parseArgument(Price, numberOf(options.vendorPrice), '--vendor-price');
  const view = await planFile(file, { purpose, pace }, await connect(options, context), context);
  context.print(options.json ? JSON.stringify(view, null, 2) : planText(view, vendorPrice));
  return view.status === 'refused' ? exitCodes.no : exitCodes.ok;
};

type ShowOptions = StageOptions & { json?: boolean; control?: Control };

const show = async (given: string, options: ShowOptions, context: Context): Promise<number> => {
  const id = parseArgument(CampaignId, given, 'id');
  const { control } = options;
  const call = control
    ? { method: 'POST', path: `/campaigns/${id}/${control}`, body: '{}' }
    : { method: 'GET', path: `/campaigns/${id}` };
  const view = CampaignView.parse(await callCampaigns(await connect(options, context), call, context));
  context.print(options.json ? JSON.stringify(view, null, 2) : statusText(view));
  return exitCodes.ok;
};
