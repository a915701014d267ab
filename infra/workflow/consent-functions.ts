import { api, type FunctionSpec, ledger, recording } from './function-spec.ts';

/** The functions of consent and of the other way, as `function-table.ts` describes the others. */
export const consentFunctions = {
  ChooseAlternative: {
    seconds: 10,
    env: [...recording, ...api],
    may: [{ items: { Get: ['RUN', 'TICKET', 'WAIT'], Update: ['RUN'] } }, 'announce', 'resumeExecution'],
  },
  GiveConsent: {
    seconds: 10,
    env: [...ledger, ...api, 'CONSENT_TEXTS'],
    may: [{ items: { Get: ['CNS', 'ERASED'], Put: ['CNS'], Update: ['CONSENTS'] } }],
  },
  RevokeConsent: {
    // A page of a ticket's uploads may be deleted for each case.
    seconds: 30,
    env: [...recording, ...api, 'MEDIA_BUCKET', 'ERASURE_BUCKET'],
    may: [
      { items: { Get: ['CNS', 'RUN', 'TICKET'], Update: ['CNS', 'RUN', 'HOLD'] } },
      'announce',
      'stopExecution',
      'listKeyInInbox',
      'deleteMedia',
      'nameRevoked',
    ],
  },
  ListConsents: {
    seconds: 10,
    env: ['TABLE_NAME', ...api],
    may: [{ items: { Get: ['CONSENTS'], BatchGet: ['CNS'] } }],
  },
} as const satisfies Record<string, FunctionSpec>;
