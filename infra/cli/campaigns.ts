import { CampaignList } from '../../shared/campaigns/view.ts';
import { callCampaigns } from './program/campaign-api.ts';
import { lineOf } from './program/campaign-text.ts';
import type { Context } from './program/context.ts';
import type { Define } from './program/define.ts';
import { connect, type StageOptions, takeStage } from './program/deployment.ts';
import { exitCodeHelp, exitCodes } from './program/exit-codes.ts';

type Options = StageOptions & { json?: boolean };

export const define: Define = (command, does, context) => {
  takeStage(command)
    .description('Lists campaigns, newest first.')
    .option('--json', 'print them as JSON')
    .addHelpText('after', exitCodeHelp('there is none'));
  does(command, (options: Options) => list(options, context));
};

const list = async (options: Options, context: Context): Promise<number> => {
  const connected = await connect(options, context);
  const { campaigns } = CampaignList.parse(
    await callCampaigns(connected, { method: 'GET', path: '/campaigns' }, context),
  );
  if (options.json) context.print(JSON.stringify(campaigns, null, 2));
  else for (const one of campaigns) context.print(lineOf(one));
  if (campaigns.length === 0) context.log('there is no campaign');
  return campaigns.length > 0 ? exitCodes.ok : exitCodes.no;
};
