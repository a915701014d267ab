import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useCallback } from 'react';
import { CallError, type OperatorCase, read, useSession } from '../api.ts';
import { CaseActions } from '../parts/case-actions.tsx';
import { CaseFacts } from '../parts/case-facts.tsx';
import { CaseReason } from '../parts/case-reason.tsx';
import { CaseStatus } from '../parts/case-status.tsx';
import { Amendments, AskedAndUsed, Attempts } from '../parts/case-tables.tsx';
import { Failure, Loading } from '../parts/loading.tsx';
import { MachinePicture } from '../parts/machine-picture.tsx';
import { Steps } from '../parts/steps.tsx';
import { useLive } from '../use-live.ts';
import { useWords } from '../words/use-words.ts';

const Details = ({ found }: { found: OperatorCase }) => {
  const { say } = useWords();
  const { states, execution } = found;
  return (
    <SpaceBetween size="l">
      <CaseReason found={found} />
      <div className="halves">
        <Container header={<Header variant="h2">{say('machine')}</Header>}>
          <MachinePicture path={states.map(({ name }) => name)} isRunning={execution === 'running'} />
        </Container>
        <Steps found={found} />
      </div>
      <CaseFacts found={found} />
      <div className="halves">
        <AskedAndUsed found={found} />
        <SpaceBetween size="l">
          <Attempts found={found} />
          <Amendments found={found} />
        </SpaceBetween>
      </div>
    </SpaceBetween>
  );
};

export const CasePage = ({ id }: { id: string }) => {
  const { say } = useWords();
  const session = useSession();
  const path = `/revalidations/${encodeURIComponent(id)}/case`;
  const live = useLive(useCallback(() => read<OperatorCase>(session, path), [session, path]));
  const { data: found, error } = live;
  if (error instanceof CallError && error.status === 404) return <Header variant="h1">{say('noCase')}</Header>;
  return (
    <SpaceBetween size="l">
      <Header
        variant="h1"
        description={<span className="id">{id}</span>}
        actions={found ? <CaseActions found={found} again={live.again} /> : null}
      >
        {say('case')} {found ? <CaseStatus status={found.case.status} /> : null}
      </Header>
      <Failure live={live} />
      {found ? <Details found={found} /> : error ? null : <Loading />}
    </SpaceBetween>
  );
};
