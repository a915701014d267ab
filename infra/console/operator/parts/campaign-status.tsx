import StatusIndicator, { type StatusIndicatorProps } from '@cloudscape-design/components/status-indicator';
import type { Campaign } from '../api.ts';
import type { Word } from '../words/en.ts';
import { useWords } from '../words/use-words.ts';

/** The look and the word of each status. */
const statuses: Record<Campaign['status'], [StatusIndicatorProps.Type, Word]> = {
  planning: ['loading', 'planning'],
  planned: ['pending', 'planned'],
  running: ['in-progress', 'inProgress'],
  pausing: ['in-progress', 'pausing'],
  paused: ['stopped', 'paused'],
  canceling: ['in-progress', 'canceling'],
  refused: ['error', 'refused'],
  ended: ['success', 'finished'],
  canceled: ['stopped', 'canceled'],
};

/** The status of a campaign: a sign, a color and a word. */
export const CampaignStatus = ({ status }: Pick<Campaign, 'status'>) => {
  const { say } = useWords();
  const [type, word] = statuses[status];
  return <StatusIndicator type={type}>{say(word)}</StatusIndicator>;
};
