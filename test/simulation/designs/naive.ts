import type { Mutation } from '../virtual/hooks.ts';
import { designs } from './published.ts';

/**
 * The whole run as it is written without a thought for failures: each event is a run of its own, the charged call is
 * repeated like any other, no code checks the media, its target or a drop without an event, the token is stored in the
 * next state, and a wait without an answer has failed.
 */
export const naive: { files: Readonly<Record<string, string>>; mutations: readonly Mutation[] } = {
  files: {
    ...designs['token stored in the next state'],
    'functions/create-validation.ts': 'test/simulation/designs/create-without-intent.ts',
  },
  mutations: [
    // Our sweep would start every drop once more, since it looks for other ids than this design gives: that is not its fault.
    {
      file: 'shared/logic/inbox-sweep.ts',
      find: '    await startExecution(machineArn, executionNameOf(id, dropped, new Date()), request);\n',
      replace: '',
    },
    {
      file: 'shared/logic/locate.ts',
      find: 'revalidationId: claimIdOf(intake, versionId ?? etag)',
      replace: 'revalidationId: claimIdOf({ ...intake, forceKey: intake.executionId }, versionId ?? etag)',
    },
    {
      file: 'infra/workflow/definition.ts',
      find: "Catch: [{ ErrorEquals: ['States.ALL'], Next: 'ReadVerdict', ResultPath: null }],",
      replace: 'Catch: [failed],',
    },
    {
      file: 'infra/workflow/definition.ts',
      find: "{ ErrorEquals: ['UploadLinkSpentError', ...whileMoving.ErrorEquals], Next: 'HowToWait', ResultPath: null },",
      replace: '',
    },
    {
      file: 'shared/truora/upload-link.ts',
      find: "  if (!allowed.includes(url.origin)) throw unsafe('points to an origin that is not allowed');\n",
      replace: '',
    },
    {
      file: 'shared/domain/media.ts',
      find: 'const type = sniffMediaType(media.head);',
      replace: "const type = sniffMediaType(media.head) ?? 'image/jpeg';",
    },
    {
      file: 'shared/aws/media-store.ts',
      find: 'GetObjectCommand(inputOf(media))',
      replace: 'GetObjectCommand(inputOf({ ...media, versionId: undefined }))',
    },
    {
      file: 'infra/workflow/definition.ts',
      find: 'never(...refusals, ...final, ...taken), whileCreating],',
      replace: 'never(...refusals, ...taken), anything],',
    },
  ],
};
