import { resume } from '../shared/aws/executions.ts';
import { ledgerFromEnv, outcomeSettingsFromEnv } from '../shared/lambda/clients.ts';
import { env, mediaLimitsFromEnv } from '../shared/lambda/env.ts';
import { step } from '../shared/lambda/step.ts';
import { awaitRecording, type WaitSettings } from '../shared/logic/recording-wait.ts';

/**
 * Between the creation and the move, of a live capture only. Stores the task token, which the drop of the recording reads. A recording
 * that is there already, also one whose event was lost, resumes the step's own execution. After the upload link has expired the case ends
 * here as `expired`.
 */
export const handler = step('AwaitMedia', async ({ claim, validation, executionId: owner, taskToken }) => {
  const media = await awaitRecording(settings(), { claim, validation, owner, taskToken });
  if (media) await resume(taskToken, media);
  return undefined;
});

const settings = (): WaitSettings => ({
  ledger: ledgerFromEnv(),
  outcomeBus: outcomeSettingsFromEnv,
  mediaBucket: env('MEDIA_BUCKET'),
  mediaLimits: mediaLimitsFromEnv(),
});
