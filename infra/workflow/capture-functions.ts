import { capture, type FunctionSpec, ledger, limits, recording } from './function-spec.ts';

/** The step of a live capture. */
export const captureSteps = {
  AwaitMedia: {
    seconds: 15,
    env: [...recording, ...limits, 'MEDIA_BUCKET'],
    may: [
      { items: { Get: ['RUN', 'TICKET'], Update: ['RUN', 'HOLD'] } },
      // The newest version under the key of the ticket, and then the rest of that version.
      { readNewest: ['inbox'] },
      { readVersions: ['inbox'] },
      'seeMissingMedia',
      // Older versions of that key, where the newest one cannot be the recording.
      'listKeyInInbox',
      // Ends a case whose time to record is over.
      'announce',
      'resumeExecution',
    ],
  },
} as const satisfies Record<string, FunctionSpec>;

/** The functions of the capture page, as `function-table.ts` describes the others. */
export const captureFunctions = {
  OpenCapture: {
    seconds: 10,
    env: [...ledger, ...capture],
    may: [{ items: { Get: ['LINK', 'RUN', 'TICKET'], Put: ['SESSION'], Update: ['LINK'] } }],
  },
  ReadCapture: { seconds: 10, env: [...ledger, ...capture], may: [{ items: { Get: ['SESSION', 'RUN', 'TICKET'] } }] },
  AgreeToCapture: {
    seconds: 10,
    env: [...ledger, ...capture, 'MACHINE_ARN'],
    may: [
      {
        items: {
          Get: ['SESSION', 'RUN', 'TICKET', 'CNS', 'ERASED'],
          Put: ['CNS'],
          Update: ['TICKET', 'CONSENTS'],
        },
      },
      // A live capture starts when its person agrees.
      'startExecution',
    ],
  },
  GiveCaptureForm: {
    seconds: 10,
    env: [...ledger, ...capture, 'MEDIA_BUCKET'],
    // The form that it signs has the same permission and no more.
    may: [{ items: { Get: ['SESSION', 'RUN', 'TICKET'] } }, 'putInInbox'],
  },
  LeaveCapture: {
    seconds: 10,
    env: [...recording, ...capture],
    may: [{ items: { Get: ['SESSION', 'RUN', 'TICKET', 'WAIT'], Update: ['RUN'] } }, 'announce', 'resumeExecution'],
  },
} as const satisfies Record<string, FunctionSpec>;
