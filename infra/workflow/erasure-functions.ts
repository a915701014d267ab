import { BY_DUE, BY_PERSON } from '../../shared/domain/record.ts';
import { api, erasure, evidence, type FunctionSpec, recording, truora } from './function-spec.ts';

/** The functions of the erasure, as `function-table.ts` describes the others. */
export const erasureFunctions = {
  EraseAccount: {
    // As long as API Gateway waits (documented: 30 s at most). The sweep does what is left.
    seconds: 29,
    env: [...recording, ...evidence, ...erasure, ...api],
    may: [
      { query: BY_PERSON.name },
      {
        items: {
          Get: ['RUN', 'ERASED', 'LEGAL'],
          BatchGet: ['RUN'],
          Put: ['RUN', 'ERASED'],
          Update: ['RUN', 'ERASED'],
          Delete: ['VLD', 'WAIT', 'RETRY'],
        },
      },
      'announce',
      'stopExecution',
      'listMediaOfPerson',
      'deleteMedia',
      'bareEvidence',
      'nameErased',
      'readCertificates',
    ],
  },
  SweepErasures: {
    seconds: 120,
    env: [...recording, ...truora, ...evidence, ...erasure],
    may: [
      'searchLedger',
      { query: BY_DUE.name },
      {
        items: {
          Get: ['RUN', 'ACC', 'TICKET', 'KEY', 'CNS', 'CONSENTS', 'ERASED', 'SWEEP', 'GATE'],
          BatchGet: ['ERASED'],
          Put: ['RUN', 'CNS', 'ERASED'],
          Update: ['RUN', 'ERASED', 'SWEEP', 'GATE'],
          Delete: ['ACC', 'TICKET', 'KEY', 'CONSENTS', 'VLD', 'WAIT', 'RETRY'],
        },
      },
      'announce',
      'stopExecution',
      'readTruoraKey',
      'listMediaOfPerson',
      'deleteMedia',
      'bareEvidence',
      'compareErased',
      'certifyErasures',
      'signEvidence',
    ],
  },
} as const satisfies Record<string, FunctionSpec>;
