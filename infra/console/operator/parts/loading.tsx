import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import type { Live } from '../use-live.ts';
import { useWords } from '../words/use-words.ts';

export const Loading = () => {
  const { say } = useWords();
  return (
    <Box padding="l">
      <StatusIndicator type="loading">{say('loading')}</StatusIndicator>
    </Box>
  );
};

/** Why the last read failed, if it did. */
export const Failure = ({ live }: { live: Pick<Live<unknown>, 'error' | 'isSignedOut'> }) => {
  const { say } = useWords();
  if (!live.error) return null;
  if (live.isSignedOut) return <Alert type="warning">{say('signInAgain')}</Alert>;
  return <Alert type="error">{say('failed', live.error.message)}</Alert>;
};
