import {
  bindValidation,
  type Created,
  closeIntent,
  type Intent,
  keepAnswer,
  keepLink,
  openIntent,
  readIntent,
} from '../shared/aws/intents.ts';
import { type Ledger, ownRecord, readRecord, recordCreated } from '../shared/aws/ledger.ts';
import { readSecret } from '../shared/aws/secrets.ts';
import { AlreadyDecidedError, CreationUnconfirmedError, CreationUnsettledError } from '../shared/domain/errors.ts';
import { isEnd } from '../shared/domain/lifecycle.ts';
import { validationOf } from '../shared/domain/record.ts';
import type { Claim, Validation } from '../shared/domain/revalidation.ts';
import { env, ledgerFromEnv, truoraFromEnv } from '../shared/lambda/env.ts';
import { truoraSeen } from '../shared/lambda/metrics.ts';
import { step } from '../shared/lambda/step.ts';
import { createValidation } from '../shared/truora/client.ts';
import { createdOf, surelyNotCreated } from '../shared/truora/creation.ts';

/**
 * The third step, and the only one that costs money. Every entry first looks at what is known: a validation that was
 * recorded is returned, an answer that was kept is recorded, and an intent without an answer means that somebody may have
 * been charged without our knowing, so nothing is created again. It leaves out the upload link, which is a bearer secret.
 */
export const handler = step('CreateValidation', async ({ claim, executionId }) => {
  const ledger = ledgerFromEnv();
  const { accountId, revalidationId } = claim;
  try {
    const known = validationOf(await ownRecord(ledger, revalidationId, executionId));
    const validation = known ?? (await settle(await answerFor(ledger, claim), claim, executionId));
    await closeIntent(ledger.table, accountId, revalidationId);
    return validation;
  } catch (error) {
    // A re-validation that has ended, by a cancellation say, must not keep its person from being verified again.
    if (error instanceof AlreadyDecidedError) await closeIntent(ledger.table, accountId, revalidationId);
    throw error;
  }
});

/** Truora's answer that was kept, or a new one; neither while somebody's call for this person may still be in flight. */
const answerFor = async (ledger: Ledger, claim: Claim): Promise<Created> => {
  const intent = await readIntent(ledger.table, claim.accountId);
  if (!intent) return createOnce(ledger.table, claim);
  if (intent.revalidationId === claim.revalidationId) {
    if (intent.created) return intent.created;
    const age = Date.now() - Date.parse(intent.openedAt);
    throw age < env('SETTLE_SECONDS') * 1000 ? unsettled(intent) : unconfirmed();
  }
  const other = await readRecord(ledger, intent.revalidationId);
  if (other && !isEnd(other.phase)) throw unsettled(intent);
  // Left behind by a re-validation that has ended: what became of its call stands in its own record.
  await closeIntent(ledger.table, claim.accountId, intent.revalidationId);
  return createOnce(ledger.table, claim);
};

/**
 * The one call, with the intent written before it. What surely created nothing closes the intent again; anything else
 * leaves it open. All that can fail for reasons of our own, the key above all, is fetched before the intent is written.
 */
const createOnce = async (table: string, claim: Claim): Promise<Created> => {
  const { accountId, revalidationId, userAuthorized, requested: options } = claim;
  const truora = truoraFromEnv(readSecret, { observe: truoraSeen });
  await truora.key();
  if (!(await openIntent(table, accountId, revalidationId))) throw unsettled({ revalidationId });
  const askedAt = new Date();
  let created: Created;
  try {
    created = createdOf(await createValidation(truora, { accountId, userAuthorized, options }), claim, askedAt);
  } catch (error) {
    if (!surelyNotCreated(error)) throw unconfirmed();
    await closeIntent(table, accountId, revalidationId);
    throw error;
  }
  await keepAnswer(table, accountId, revalidationId, created);
  return created;
};

/** Spreads the kept answer to where it is looked for. Each write may be repeated, so a crash anywhere in between is none. */
const settle = async ({ uploadLink, ...validation }: Created, claim: Claim, owner: string): Promise<Validation> => {
  const ledger = ledgerFromEnv();
  await bindValidation(ledger.table, validation, claim.revalidationId, ledger.retentionDays);
  await keepLink(ledger.table, validation.validationId, uploadLink, validation.deadline);
  await recordCreated(ledger, claim.revalidationId, owner, validation);
  return validation;
};

const unsettled = ({ revalidationId }: Pick<Intent, 'revalidationId'>) =>
  new CreationUnsettledError(
    'creation_unsettled',
    `a validation of the same person is being created, by ${revalidationId}`,
  );

const unconfirmed = () =>
  new CreationUnconfirmedError(
    'creation_unconfirmed',
    'Truora may have created a validation without our learning of it; a person has to decide',
  );
