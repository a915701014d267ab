import {
  bindValidation,
  type Created,
  closeIntent,
  keepAnswer,
  keepLink,
  openIntent,
  readIntent,
} from '../shared/aws/intents.ts';
import { ownRecord, recordCreated } from '../shared/aws/ledger.ts';
import { readSecret } from '../shared/aws/secrets.ts';
import { AlreadyDecidedError, CreationUnconfirmedError, CreationUnsettledError } from '../shared/domain/errors.ts';
import { validationOf } from '../shared/domain/record.ts';
import type { Claim, Validation } from '../shared/domain/revalidation.ts';
import { ledgerFromEnv, truoraFromEnv } from '../shared/lambda/env.ts';
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
  const { table } = ledger;
  const { accountId, revalidationId } = claim;
  try {
    const known = validationOf(await ownRecord(ledger, revalidationId, executionId));
    const intent = known ? undefined : await readIntent(table, accountId);
    if (intent && intent.revalidationId !== revalidationId) throw unsettled();
    if (intent && !intent.created) throw unconfirmed();
    const validation = known ?? (await settle(intent?.created ?? (await createOnce(table, claim)), claim, executionId));
    await closeIntent(table, accountId, revalidationId);
    return validation;
  } catch (error) {
    // A re-validation that has ended, by a cancellation say, must not keep its person from being verified again.
    if (error instanceof AlreadyDecidedError) await closeIntent(table, accountId, revalidationId);
    throw error;
  }
});

/**
 * The one call, with the intent written before it. What surely created nothing closes the intent again; anything else
 * leaves it open. All that can fail for reasons of our own, the key above all, is fetched before the intent is written.
 */
const createOnce = async (table: string, claim: Claim): Promise<Created> => {
  const { accountId, revalidationId, userAuthorized, requested: options } = claim;
  const truora = truoraFromEnv(readSecret, { observe: truoraSeen });
  await truora.key();
  if (!(await openIntent(table, accountId, revalidationId))) throw unsettled();
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

const unsettled = () =>
  new CreationUnsettledError('creation_unsettled', 'another validation of the same person is being created');

const unconfirmed = () =>
  new CreationUnconfirmedError(
    'creation_unconfirmed',
    'Truora may have created a validation without our learning of it; a person has to decide',
  );
