/** The machine of the definition with scripted steps, and the endings that its tests expect. */

import { Config } from '../../infra/aws/config.ts';
import type { Template } from '../../infra/local/template.ts';
import { claim, gives, type Script, scripted, throws } from './scripted-machine.ts';
import { synthesized } from './synthesized.ts';

const CALLBACK_TIMEOUT_MS = 1000;

export const template = synthesized(
  Config.parse({ stage: 'test', callbackTimeoutSeconds: CALLBACK_TIMEOUT_MS / 1000 }),
);

export const request = { kind: 'drop', event: {} };

/** A live capture, whose media is still to come when it is to be moved. */
export const live: Script = {
  ClaimRequest: gives({ ...claim, capture: 'live' }),
  MoveMedia: [throws('MediaPendingError', 'media_pending')],
};

/** Without a token: the timed poll from the start. */
export const polling = gives({ ...claim, resultMode: 'poll' });

export const moved = 'ClaimRequest, CheckEnrollment, CreateValidation, MoveMedia';

export const toTheEnd = 'ReadVerdict, RecordOutcome';

export const run = async (script: Script, from: Template = template) => {
  const system = scripted(from, script);
  const execution = system.machine.start({ request });
  await execution.ended;
  return { ...system, execution };
};

export const requestInvalid = throws('RequestInvalidError', 'consent_missing');

export const claimedElsewhere = throws('ClaimedElsewhereError', 'claimed_elsewhere');

export const alreadyDecided = throws('AlreadyDecidedError', 'already_decided');

export const verdictPending = throws('VerdictPendingError', 'verdict_pending');

export const givenUp = (reason: string) => ({ error: 'RevalidationFailedError', cause: reason });
