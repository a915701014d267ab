/**
 * The files that decide over money, verdicts, webhooks and links: each of their mutants has to be killed by a test, or to
 * stand in equivalent.json with the reason why it changes nothing.
 */
export const mutated = [
  'functions/create-validation.ts',
  'functions/read-verdict.ts',
  'functions/receive-webhook.ts',
  'functions/record-outcome.ts',
  'functions/claim-request.ts',
  'shared/aws/aliases.ts',
  'shared/aws/by-hand.ts',
  'shared/aws/creations.ts',
  'shared/aws/gate.ts',
  'shared/aws/intents.ts',
  'shared/aws/last-look.ts',
  'shared/aws/ledger.ts',
  'shared/domain/creation.ts',
  'shared/domain/gate.ts',
  'shared/domain/late-truth.ts',
  'shared/domain/lifecycle.ts',
  'shared/truora/client.ts',
  'shared/truora/creation.ts',
  'shared/truora/list.ts',
  'shared/truora/reconcile.ts',
  'shared/truora/request.ts',
  'shared/truora/schemas.ts',
  'shared/truora/upload-link.ts',
  'shared/truora/verdict.ts',
  'shared/truora/webhook.ts',
] as const;
