import StatusIndicator, { type StatusIndicatorProps } from '@cloudscape-design/components/status-indicator';
import { statusWord, useWords } from '../words/use-words.ts';

const looks: Record<string, StatusIndicatorProps.Type> = {
  pending: 'in-progress',
  approved: 'success',
  declined: 'error',
  failed: 'warning',
  expired: 'stopped',
  refused: 'stopped',
  canceled: 'stopped',
  alternative_required: 'info',
};

/** The status of a case: a sign, a color and a word. */
export const CaseStatus = ({ status }: { status: string }) => {
  const { say } = useWords();
  return <StatusIndicator type={looks[status] ?? 'info'}>{say(statusWord(status))}</StatusIndicator>;
};
