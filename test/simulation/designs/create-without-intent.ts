import { ledgerFromEnv, truoraFromEnv } from '../../../shared/lambda/clients.ts';
import { step } from '../../../shared/lambda/step.ts';
import { bindValidation } from '../../../shared/ledger/bindings.ts';
import { ownRecord, recordCreated } from '../../../shared/ledger/claims.ts';
import { createValidation } from '../../../shared/truora/client.ts';
import { createdOf } from '../../../shared/truora/creation.ts';

/** The charged call as it is written without a thought for failures: asked, and written down; the machine retries. */
export const handler = step('CreateValidation', async ({ claim, executionId }) => {
  const ledger = ledgerFromEnv();
  const { accountId, userAuthorized, requested: options, revalidationId } = claim;
  const at = new Date();
  const asked = { accountId, userAuthorized, options };
  const created = createdOf(await createValidation(truoraFromEnv(), asked), claim, at);
  const { uploadLink: _, ...validation } = created;
  const record = await ownRecord(ledger, revalidationId, executionId);
  const attempt = { n: 1, at: at.toISOString(), result: 'created', validationId: validation.validationId } as const;
  await recordCreated(ledger, record, created, { attempt, orphans: [] });
  await bindValidation(ledger.table, validation, revalidationId, ledger.retentionDays);
  return validation;
});
