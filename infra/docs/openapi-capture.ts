import type { CaptureView } from '../../shared/domain/capture.ts';
import type { RouteName } from '../../shared/workflow/functions.ts';
import * as examples from './openapi-examples.ts';
import { type Answer, bodyProblems, language, type Operation } from './openapi-operation.ts';

const view: CaptureView = {
  revalidationId: examples.ticket.revalidationId,
  status: 'pending',
  step: 'record',
  record: 'speech',
  purpose: 'transfer',
  phrase: 'seven blue boats',
  recordBefore: '2026-11-23T10:04:40.000Z',
  alternative: { text: 'visit a branch' },
};

const { phrase: _, recordBefore: __, ...unasked } = view;

const asked: CaptureView = {
  ...unasked,
  step: 'consent',
  texts: [
    {
      purpose: 'transfer',
      country: 'CO',
      language: 'es',
      textVersion: '1',
      textSha256: '0'.repeat(64),
    },
  ],
};

const ended: CaptureView = { ...unasked, ...examples.otherWayForPerson, step: 'ended' };

const theCase: Answer = {
  description: 'The case.',
  schema: 'CaptureView',
  example: view,
  headers: ['Content-Language'],
};

type CaptureRoute = Extract<
  RouteName,
  'OpenCapture' | 'ReadCapture' | 'AgreeToCapture' | 'GiveCaptureForm' | 'LeaveCapture'
>;

/** The calls of the capture page, as `openapi-operations.ts` describes the others. */
export const captureOperations: Record<CaptureRoute, Operation> = {
  OpenCapture: {
    summary: 'Open a capture link',
    description:
      'The token is what follows `#` in `captureUrl`. It opens once, within ten minutes. The session is sent with the other calls, as `Authorization: Bearer`.',
    parameters: [language],
    body: { CaptureLinkBody: { token: 'x'.repeat(43) } },
    answers: {
      200: {
        description: 'The session, and the case.',
        schema: 'CaptureSession',
        example: { ...asked, session: 'y'.repeat(43), sessionExpiresAt: '2026-11-23T11:00:00.000Z' },
        headers: ['Content-Language'],
      },
    },
    problems: ['capture_link_invalid', ...bodyProblems],
  },
  ReadCapture: {
    summary: 'Read the case of a session',
    description: 'What the person may see, and what to do now. Read it every two seconds while the person waits.',
    parameters: [language],
    answers: { 200: theCase },
    problems: ['capture_link_invalid'],
  },
  AgreeToCapture: {
    summary: 'Agree to a text of consent',
    description: 'Records a receipt of consent to one of `texts`, and starts a live capture. A repeat changes nothing.',
    parameters: [language],
    body: {
      CaptureConsentBody: { country: 'CO', language: 'es', textVersion: '1', textSha256: '0'.repeat(64) },
    },
    answers: { 200: theCase },
    problems: ['capture_link_invalid', ...bodyProblems, 'consent_text_unknown', 'already_decided', 'account_erased'],
  },
  GiveCaptureForm: {
    summary: 'Get a form to upload with',
    description: 'For the one key of the case, and the type that the camera makes. The upload itself is the drop.',
    parameters: [language],
    body: { CaptureFormBody: { type: 'video/webm' } },
    answers: {
      200: {
        description: 'The form.',
        schema: 'UploadForm',
        example: examples.ticket.upload as object,
        headers: ['Content-Language'],
      },
    },
    problems: [
      'capture_link_invalid',
      ...bodyProblems,
      'consent_missing',
      'nothing_to_record',
      'already_decided',
      'media_without_sound',
      'photo_cannot_prove_liveness',
    ],
  },
  LeaveCapture: {
    summary: 'Do not agree, or take another way',
    description: 'If nothing is decided yet, the case ends as `alternative_required`.',
    parameters: [language],
    answers: {
      200: {
        description: 'The face is no longer used.',
        schema: 'CaptureView',
        example: ended,
        headers: ['Content-Language'],
      },
    },
    problems: ['capture_link_invalid', 'already_decided'],
  },
};
