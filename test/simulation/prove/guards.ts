import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Mutation } from '../virtual/hooks.ts';

/** A guard of ours, and our source without it. Taken away, the proof has to fail; a text that is not found is an error. */
export type Guard = { guard: string } & Mutation;

const root = join(import.meta.dirname, '../../..');

/** Guards whose text does not stand exactly once in its file any more: taking them away would take nothing away. */
export const misfits = (guards: readonly Guard[]): Guard[] =>
  guards.filter(({ file, find }) => readFileSync(join(root, file), 'utf8').split(find).length !== 2);

/** Every guard of the meeting point. */
export const meetingGuards: readonly Guard[] = [
  {
    guard: 'the function that stores the token reads the notification',
    file: 'functions/await-webhook.ts',
    find: 'if (notification) await resume(taskToken, notification);',
    replace: '',
  },
  {
    guard: 'the token is written beside the notification, not over it',
    file: 'shared/ledger/callbacks.ts',
    find: 'keyOf(validation.validationId), { set })).notification',
    replace: "keyOf(validation.validationId), { set, remove: ['notification'] })).notification",
  },
  {
    guard: 'a newer token takes the place of an older one',
    file: 'shared/ledger/callbacks.ts',
    find: 'keyOf(validation.validationId), { set })).notification',
    replace:
      'keyOf(validation.validationId), { set: { expiresAt: set.expiresAt }, setIfAbsent: { taskToken } })).notification',
  },
  {
    guard: 'a notification is kept when no execution waits yet',
    file: 'shared/logic/notify.ts',
    find: 'await recordNotification(table, { validationId, deadline: binding.deadline }, at)',
    replace:
      '{ notification: { receivedAt: at.toISOString() }, ...(await readCallback(table, validationId)) } as { notification: Notification; taskToken?: string }',
  },
  {
    guard: 'a notification resumes the waiting execution',
    file: 'shared/logic/notify.ts',
    find: "taskToken === undefined ? 'recorded' : await wake(table, validationId, taskToken, notification)",
    replace: "taskToken === undefined ? 'recorded' : 'late'",
  },
  {
    guard: 'a wake that was not sent is no reason to refuse the notification',
    file: 'shared/logic/notify.ts',
    find: "    return 'unsent';",
    replace: "    throw new TypeError('unsent');",
  },
  {
    guard: '`created` rings nothing',
    file: 'shared/truora/webhook.ts',
    find: 'events.filter(({ event_action }) => event_action !== CREATED).map',
    replace: 'events.map',
  },
  {
    guard: 'the verdict is read after any end of the wait',
    file: 'infra/workflow/definition.ts',
    find: "Catch: [{ ErrorEquals: ['States.ALL'], Next: 'ReadVerdict', ResultPath: null }],",
    replace: 'Catch: [failed],',
  },
  {
    guard: 'the callback timeout ends the wait',
    file: 'infra/workflow/definition.ts',
    find: "Retry: [never('States.Timeout'), anything],",
    replace: 'Retry: [anything],',
  },
  {
    guard: 'a look that stumbles is looked again',
    file: 'infra/workflow/retriers.ts',
    find: "  ErrorEquals: ['States.ALL'],\n  IntervalSeconds: 2,\n  BackoffRate: 1.1,",
    replace: "  ErrorEquals: ['VerdictPendingError'],\n  IntervalSeconds: 2,\n  BackoffRate: 1.1,",
  },
  {
    guard: 'a link that is used up is followed by a look',
    file: 'infra/workflow/definition.ts',
    find: "{ ErrorEquals: ['UploadLinkSpentError', ...whileMoving.ErrorEquals], Next: 'HowToWait', ResultPath: null },",
    replace: '',
  },
  {
    guard: 'the looking ends at the deadline',
    file: 'shared/logic/ask-verdict.ts',
    find: 'if (over) return undecided(answer, new Date());',
    replace: '',
  },
  {
    guard: 'an outcome is written once',
    file: 'shared/ledger/outcomes.ts',
    find: '    when: { owner: [owner], phase: predecessors(outcome.status) },\n    orAbsent: true,',
    replace: '',
  },
  {
    guard: 'a validation is bound to its case before a webhook can come',
    file: 'shared/logic/creation.ts',
    find: '  await bindValidation(ledger.table, validation, record.revalidationId, ledger.retentionDays);\n',
    replace: '',
  },
];
