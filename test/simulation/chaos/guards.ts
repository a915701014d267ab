import type { Guard } from '../prove/guards.ts';

/** Guards of the whole run; taken away one at a time, a seed has to fail. */
export const chaosGuards: readonly Guard[] = [
  {
    guard: 'a run that finds an open intent resolves its call',
    file: 'shared/logic/creation-entry.ts',
    find: '  if (isOurs) return reconcile(entry, intent, record);',
    replace:
      "  if (isOurs) {\n    const { closeIntent } = await import('../ledger/intents.ts');\n    await closeIntent(ledger.table, claim.accountId, intent);\n    return createOnce(entry);\n  }",
  },
  {
    guard: 'the list is read when nothing can be in flight any more',
    file: 'shared/logic/creation.ts',
    find: 'if (ageOf(intent.openedAt) < settleMs || (firstCheck && ageOf(firstCheck.at) < settleMs / 2))\n    throw creationUnsettled();',
    replace: '',
  },
  {
    guard: 'what is bound to another case is not adopted',
    file: 'shared/logic/creation.ts',
    find: 'surestOf(list.filter((_, n) => !bindings[n]))',
    replace: 'surestOf(list)',
  },
  {
    guard: 'what no answer came to may have been executed',
    file: 'shared/truora/creation.ts',
    find: 'error instanceof TruoraBusyError ||',
    replace: "(error as Error).name === 'TruoraUncertainError' || error instanceof TruoraBusyError ||",
  },
  {
    guard: 'an intent is closed once its call is resolved',
    file: 'shared/logic/creation.ts',
    find: '  await bindOrphans(ledger, intent, orphans);\n  await closeIntent(ledger.table, claim.accountId, intent);\n',
    replace: '  await bindOrphans(ledger, intent, orphans);\n',
  },
  {
    guard: 'a request is claimed by one execution',
    file: 'shared/logic/locate.ts',
    find: 'revalidationId: claimIdOf(intake, versionId ?? etag)',
    replace: 'revalidationId: claimIdOf({ ...intake, forceKey: intake.executionId }, versionId ?? etag)',
  },
  {
    guard: 'the version that was claimed is the one that is moved',
    file: 'shared/aws/media-store.ts',
    find: 'GetObjectCommand(inputOf(media))',
    replace: 'GetObjectCommand(inputOf({ ...media, versionId: undefined }))',
  },
  {
    guard: 'media goes to the hosts on the list alone',
    file: 'shared/truora/upload-link.ts',
    find: "  if (!allowed.includes(url.origin)) throw unsafe('points to an origin that is not allowed');\n",
    replace: '',
  },
  {
    guard: 'a success that is about something else is none',
    file: 'shared/truora/verdict.ts',
    find: "  if (mismatch.length > 0) return { status: 'failed', ...contradicted(mismatch, answer), ...base };\n",
    replace: '',
  },
  {
    guard: 'a webhook is signed with a key of ours',
    file: 'shared/truora/webhook.ts',
    find: '    if (verified) return readEvents(',
    replace:
      "    if (!verified) return readEvents(readJson(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()));\n    if (verified) return readEvents(",
  },
  {
    guard: 'media that Truora would not take is not paid for',
    file: 'shared/domain/media.ts',
    find: '  if (media.bytes > MAX_MEDIA_BYTES) {',
    replace: '  if (media.bytes < 0) {',
  },
  {
    guard: 'an enrollment is of the person who is asked about',
    file: 'shared/logic/enrollment-check.ts',
    find: '  if (account_id !== claim.accountId) {',
    replace: '  if (account_id === undefined) {',
  },
  {
    guard: 'an outcome is written once',
    file: 'shared/ledger/outcomes.ts',
    find: '    when: { owner: [owner], phase: predecessors(outcome.status) },\n    orAbsent: true,',
    replace: '',
  },
  {
    guard: 'a link that is used up is followed by a look',
    file: 'infra/workflow/definition.ts',
    find: "{ ErrorEquals: ['UploadLinkSpentError', ...whileMoving.ErrorEquals], Next: 'HowToWait', ResultPath: null },",
    replace: '',
  },
  {
    guard: 'a drop without an event is started by the sweep',
    file: 'shared/logic/inbox-sweep.ts',
    find: '    await startExecution(machineArn, executionNameOf(id, dropped, new Date()), request);\n',
    replace: '',
  },
  {
    guard: 'media goes when its time is over',
    file: 'shared/logic/record-follow-up.ts',
    find: 'const isDeleted = !isLast || (await deleteMediaOf(settings, record));',
    replace: 'const isDeleted = true;',
  },
  {
    guard: 'no less is asked than the deployment allows',
    file: 'shared/logic/read-request.ts',
    find: '...requested } = applyPolicy(details, policy);',
    replace: '...requested } = details.options;',
  },
  {
    guard: 'a score below the threshold is no success',
    file: 'shared/truora/verdict.ts',
    find: "  if (isWeak || isUnlike) found.push('similarity');\n",
    replace: '',
  },
  {
    guard: 'a success that brings no similarity is none',
    file: 'shared/truora/verdict.ts',
    find: "    if (!isConfirmed(answer)) return { status: 'failed', reason: 'verdict_unconfirmed', ...base };\n",
    replace: '',
  },
  {
    guard: 'media that is gone is not paid for',
    file: 'shared/logic/creation.ts',
    find: '  await checkMediaExists(claim.media);\n',
    replace: '',
  },
  {
    guard: 'a key stands for what was claimed under it',
    file: 'shared/ledger/idempotency-keys.ts',
    find: 'if (item.body === alias.body) return { item, revalidationId };',
    replace: 'if (item.body === alias.body) return { item };',
  },
  {
    guard: 'what Truora decides after we gave up is heard',
    file: 'shared/logic/record-follow-up.ts',
    find: "const late = isOver ? 'done' : await amendLate(settings, record, outcome);",
    replace: "const late = 'done' as string;",
  },
  {
    guard: 'the consent is read directly before the charged call',
    file: 'shared/logic/creation.ts',
    find: '  await settings.requireConsent(claim, record.owner).catch(async (error) => {\n    await closeIntent(ledger.table, accountId, intent);\n    throw error;\n  });\n',
    replace: '',
  },
  {
    guard: 'the consent is read before the first byte of media moves',
    file: 'functions/move-media.ts',
    find: '    await requireConsentOf({ ...claim, ...validation }, executionId);\n',
    replace: '',
  },
  {
    guard: 'a case is entered on its receipt before it is claimed',
    file: 'shared/consent/check.ts',
    find: '  if (await enterCase(table, consent.consentReceiptId, revalidationId)) return consent;\n',
    replace: '  if (consent) return consent;\n',
  },
  {
    guard: 'a verdict is no outcome once its consent is being revoked',
    file: 'shared/consent/check.ts',
    find: 'if (found && found.revokingAt === undefined) return outcome;',
    replace: 'if (found) return outcome;',
  },
  {
    guard: 'a revocation that died is completed by the sweep',
    file: 'functions/sweep-ledger.ts',
    find: "endCasesOf({ ...consentFromEnv(), mediaBucket: env('MEDIA_BUCKET') }, enteredOf(item))",
    replace: "Promise.resolve(void [enteredOf(item), env('MEDIA_BUCKET')])",
  },
  {
    guard: 'a revoked case is ended before its receipt is marked',
    file: 'shared/consent/revoke.ts',
    find: '  const isClaimable = Date.now() - Date.parse(revokingAt) < CLAIM_MS;\n',
    replace:
      '  await markRevoked(settings.ledger.table, entered);\n  const isClaimable = Date.now() - Date.parse(revokingAt) < CLAIM_MS;\n',
  },
  {
    guard: 'a late approval of a case without consent approves nothing',
    file: 'shared/logic/late-verdict.ts',
    find: '!isOver && (await settings.mayUseFace(record))',
    replace: '!isOver || settings !== undefined',
  },
  {
    guard: 'a revocation refuses the late verdict that is not written yet',
    file: 'shared/consent/revoke.ts',
    find: '  await refuseLateVerdict(ledger, ending.record);\n',
    replace: '',
  },
];
