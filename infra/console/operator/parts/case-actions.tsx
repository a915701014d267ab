import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Modal from '@cloudscape-design/components/modal';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useState } from 'react';
import { type OperatorCase, readText, useSession, write } from '../api.ts';
import type { Session } from '../session.ts';
import type { Word } from '../words/en.ts';
import { useWords } from '../words/use-words.ts';

export type Action = { route: string; label: Word; text: Word };

const cancel: Action = { route: 'cancel', label: 'cancel', text: 'cancelText' };

const otherWay: Action = { route: 'alternative', label: 'otherWay', text: 'otherWayText' };

const followUp: Action = { route: 'follow-up', label: 'followUpNow', text: 'followUpText' };

/** What can be done now: an open case can be ended, and one that is not announced can be followed up. */
const actionsOf = ({ case: { status }, announcedAt, states, execution }: OperatorCase): Action[] => {
  if (status === 'pending')
    return execution === 'none' && states.length === 0 ? [cancel, otherWay] : [cancel, otherWay, followUp];
  return announcedAt ? [] : [followUp];
};

/** Saves evidence as a file, without an address that could be shared. */
const download = async (session: Session, id: string): Promise<void> => {
  const text = await readText(session, `/revalidations/${id}/evidence`);
  const url = URL.createObjectURL(new Blob([text], { type: 'application/sd-jwt' }));
  Object.assign(document.createElement('a'), { href: url, download: `${id}.sd-jwt` }).click();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
};

type Props = { found: OperatorCase; again: () => void };

/** Asks before an action, since none of them can be taken back. */
export const Confirmation = ({
  action,
  path,
  close,
}: {
  action: Action;
  path: string;
  close: (isDone: boolean) => void;
}) => {
  const { say } = useWords();
  const session = useSession();
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState('');
  const act = () => {
    setBusy(true);
    write(session, `${path}/${action.route}`).then(
      () => close(true),
      ({ message }: Error) => {
        setBusy(false);
        setError(message);
      },
    );
  };
  return (
    <Modal
      visible
      header={say(action.label)}
      closeAriaLabel={say('close')}
      onDismiss={() => close(false)}
      footer={
        <Box float="right">
          <SpaceBetween direction="horizontal" size="xs">
            <Button variant="link" onClick={() => close(false)}>
              {say('back')}
            </Button>
            <Button variant="primary" loading={isBusy} loadingText={say('loading')} onClick={act}>
              {say('confirm')}
            </Button>
          </SpaceBetween>
        </Box>
      }
    >
      <SpaceBetween size="m">
        <Box>{say(action.text)}</Box>
        {error ? <Alert type="error">{say('notDone', error)}</Alert> : null}
      </SpaceBetween>
    </Modal>
  );
};

export const CaseActions = ({ found, again }: Props) => {
  const { say } = useWords();
  const session = useSession();
  const [asked, setAsked] = useState<Action>();
  const [failure, setFailure] = useState('');
  const { revalidationId: id, status } = found.case;
  const close = (isDone: boolean) => {
    setAsked(undefined);
    if (isDone) again();
  };
  const save = () => download(session, id).catch(({ message }: Error) => setFailure(message));
  return (
    <SpaceBetween direction="horizontal" size="xs">
      {session.canWrite
        ? actionsOf(found).map((action) => (
            <Button key={action.route} onClick={() => setAsked(action)}>
              {say(action.label)}
            </Button>
          ))
        : null}
      {status === 'pending' ? null : (
        <Button iconName="download" onClick={() => void save()}>
          {say('evidence')}
        </Button>
      )}
      {failure ? <Alert type="error">{say('notDone', failure)}</Alert> : null}
      {asked ? <Confirmation action={asked} path={`/revalidations/${id}`} close={close} /> : null}
    </SpaceBetween>
  );
};
