import Button from '@cloudscape-design/components/button';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useState } from 'react';
import { type Campaign, useSession } from '../api.ts';
import { useWords } from '../words/use-words.ts';
import { type Action, Confirmation } from './case-actions.tsx';

const start: Action = { route: 'start', label: 'start', text: 'startText' };

const pause: Action = { route: 'pause', label: 'pause', text: 'pauseText' };

const resume: Action = { route: 'resume', label: 'resume', text: 'resumeText' };

const cancel: Action = { route: 'cancel', label: 'cancelCampaign', text: 'cancelCampaignText' };

/** What each status allows. The API decides: a refusal is shown. */
const actions: Record<Campaign['status'], Action[]> = {
  planning: [cancel],
  planned: [start, cancel],
  running: [pause, cancel],
  pausing: [resume, cancel],
  paused: [resume, cancel],
  canceling: [],
  refused: [],
  ended: [],
  canceled: [],
};

/** The buttons of a campaign, for a session that may use them. */
export const CampaignActions = ({ campaign, again }: { campaign: Campaign; again: () => void }) => {
  const { say } = useWords();
  const { campaigns } = useSession();
  const [asked, setAsked] = useState<Action>();
  if (!campaigns?.canWrite) return null;
  const close = (isDone: boolean) => {
    setAsked(undefined);
    if (isDone) again();
  };
  return (
    <SpaceBetween direction="horizontal" size="xs">
      {actions[campaign.status].map((action) => (
        <Button key={action.route} onClick={() => setAsked(action)}>
          {say(action.label)}
        </Button>
      ))}
      {asked ? <Confirmation action={asked} path={`/campaigns/${campaign.campaignId}`} close={close} /> : null}
    </SpaceBetween>
  );
};
