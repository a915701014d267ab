import { capture, type FunctionSpec, ledger, recording } from './function-spec.ts';

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
    env: [...ledger, ...capture],
    may: [
      {
        items: {
          Get: ['SESSION', 'RUN', 'TICKET', 'CNS', 'ERASED'],
          Put: ['CNS'],
          Update: ['TICKET', 'CONSENTS'],
        },
      },
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
