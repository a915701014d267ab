import type { Guard } from '../prove/guards.ts';

/** The guards of the wait for a recording that these runs show to be needed. */
export const liveGuards: readonly Guard[] = [
  {
    guard: 'a recording resumes the execution that waits for it',
    file: 'shared/logic/recording.ts',
    find: '    if (taskToken && record?.media) await resume(taskToken, record.media);\n',
    replace: '',
  },
  {
    guard: 'a recording whose event was lost is looked for',
    file: 'shared/logic/recording-wait.ts',
    find: 'return lookForRecording(settings, record);',
    replace: 'return undefined;',
  },
  {
    guard: 'the wait for a recording ends when the link has expired',
    file: 'shared/logic/recording-wait.ts',
    find: 'if (Date.now() < Date.parse(recordUntil)) return',
    replace: 'if (Date.now() < Number.POSITIVE_INFINITY) return',
  },
  {
    guard: 'the first recording stays',
    file: 'shared/ledger/recordings.ts',
    find: '    set: {},\n    setIfAbsent: { media },',
    replace: '    set: { media },',
  },
  {
    guard: 'only a case that waits takes a recording',
    file: 'shared/ledger/recordings.ts',
    find: "when: { capture: ['live'], phase: ['created'] },",
    replace: "when: { capture: ['live'] },",
  },
  {
    guard: 'a look goes on to older versions behind one that cannot be the recording',
    file: 'shared/logic/recording-wait.ts',
    find: "  if (newest !== 'unusable') return newest;\n",
    replace: "  if (newest) return newest === 'unusable' ? undefined : newest;\n",
  },
  {
    guard: 'a recording from before the phrase is refused',
    file: 'shared/logic/recording.ts',
    find: 'if (createdAt !== undefined && putAt.getTime() + SECOND >= Date.parse(createdAt)) return;',
    replace: 'if (createdAt !== undefined || putAt) return;',
  },
  {
    guard: 'a drop that cannot be the recording does not end the live case',
    file: 'shared/logic/locate.ts',
    find: "return ticket?.droppedAs === version && ticket.capture !== 'live' ? ticket : undefined;",
    replace: 'return ticket?.droppedAs === version ? ticket : undefined;',
  },
  {
    guard: 'the wait for a recording looks again after each timeout',
    file: 'infra/workflow/definition.ts',
    find: 'Retry: [never(...taken), whileRecording, recording],',
    replace: "Retry: [never(...taken, 'States.Timeout'), recording],",
  },
  {
    guard: 'a video without sound is no recording',
    file: 'shared/domain/media-check.ts',
    find: '  if (needsSound && hasSound === false)\n',
    replace: '  if (needsSound && hasSound === false && hasVideo === false)\n',
  },
];
