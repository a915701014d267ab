import Box from '@cloudscape-design/components/box';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import { explain } from '../../../../shared/domain/reasons.ts';
import type { OperatorCase } from '../api.ts';
import type { Word } from '../words/en.ts';
import { useWords } from '../words/use-words.ts';

/** Why a case ended so, and what its operator does. The texts of reasons are those of the documents, in English. */
export const CaseReason = ({ found: { case: shown } }: { found: OperatorCase }) => {
  const { say } = useWords();
  const { outcome, status } = shown;
  const explained = outcome?.reason ? explain(outcome.reason) : undefined;
  return (
    <Container header={<Header variant="h2">{say('why')}</Header>}>
      {explained ? (
        <>
          <Box variant="p">
            <strong>{say(explained.class as Word)}</strong> · <code>{outcome?.reason}</code>
            {outcome?.rawReason ? ` · ${outcome.rawReason}` : ''}
          </Box>
          <div lang="en">
            <Box variant="p">
              {explained.means} {outcome?.detail ?? ''}
            </Box>
            <Box variant="p">
              <strong>{say('whatNext')}:</strong> {explained.operator}
            </Box>
          </div>
        </>
      ) : (
        <Box variant="p">{say(status === 'pending' ? 'whyOpen' : 'whyApproved')}</Box>
      )}
    </Container>
  );
};
