import Box from '@cloudscape-design/components/box';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import { explain, groupNameOf } from '../../../../shared/domain/reasons.ts';
import type { OperatorCase } from '../api.ts';
import type { Word } from '../words/en.ts';
import { reasonText } from '../words/reason-texts.ts';
import { useWords } from '../words/use-words.ts';

/** Why a case ended so, and what its operator does. `detail` names fields and rules of the API, in English. */
export const CaseReason = ({ found: { case: shown } }: { found: OperatorCase }) => {
  const { say, language } = useWords();
  const { outcome, status } = shown;
  const explained = outcome?.reason
    ? { ...explain(outcome.reason), ...reasonText(groupNameOf(outcome.reason), language) }
    : undefined;
  return (
    <Container header={<Header variant="h2">{say('why')}</Header>}>
      {explained ? (
        <>
          <Box variant="p">
            <strong>{say(explained.class as Word)}</strong> · <code>{outcome?.reason}</code>
            {outcome?.rawReason ? ` · ${outcome.rawReason}` : ''}
          </Box>
          <Box variant="p">
            {explained.means} <span lang="en">{outcome?.detail ?? ''}</span>
          </Box>
          <Box variant="p">
            <strong>{say('whatNext')}:</strong> {explained.operator}
          </Box>
        </>
      ) : (
        <Box variant="p">{say(status === 'pending' ? 'whyOpen' : 'whyApproved')}</Box>
      )}
    </Container>
  );
};
