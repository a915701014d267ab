import { AlreadyDecidedError, VerdictPendingError } from '../shared/domain/errors.ts';
import { accessFromEnv, throttleFromEnv, truoraFromEnv } from '../shared/lambda/clients.ts';
import { env } from '../shared/lambda/env.ts';
import { emit } from '../shared/lambda/metrics.ts';
import { step } from '../shared/lambda/step.ts';
import { hasEnded } from '../shared/ledger/has-ended.ts';
import { askVerdict, type VerdictSettings } from '../shared/logic/ask-verdict.ts';

/**
 * The sixth step, and the only source of a verdict: Truora's answer to our own key. A pending verdict is thrown, and the machine's
 * retry is the timed poll. After the deadline and its grace the wait ends here with an outcome. While the throttle is backing off
 * nothing is read, except for this last check: the verdict has been paid for. A case that ended meanwhile waits for no verdict.
 */
export const handler = step('ReadVerdict', ({ claim, validation }) =>
  askVerdict(settings(), { claim, validation }).catch(async (error) => {
    const { revalidationId: id } = claim;
    const isPending = error instanceof VerdictPendingError;
    if (isPending && (await hasEnded(accessFromEnv('DYNAMODB'), env('TABLE_NAME'), id)))
      throw new AlreadyDecidedError('already_decided', id);
    throw error;
  }),
);

const settings = (): VerdictSettings => ({
  truora: truoraFromEnv(),
  throttle: throttleFromEnv(),
  policies: env('POLICIES'),
  graceSeconds: env('GRACE_SECONDS'),
  emitUnknownWord: (word) => emit('UnknownWords', 1, { word }),
});
