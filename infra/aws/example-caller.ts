import { Duration, Stack } from 'aws-cdk-lib';
import {
  Choice,
  Condition,
  DefinitionBody,
  Fail,
  JsonPath,
  StateMachine,
  Succeed,
} from 'aws-cdk-lib/aws-stepfunctions';
import type { Construct } from 'constructs';
import { MACHINE_SECONDS } from '../workflow/timeouts.ts';
import { machineOfStage, revalidateWith } from './revalidate-task.ts';

/** How old the answer about a transfer's face may be: the same media may have been asked about before. Seconds. */
const MAX_AGE_SECONDS = 900;

/**
 * An example of a caller, in a stack of its own: a transfer goes on only if the face behind it is still the enrolled one.
 * An approval is about the media and not about the transfer: media that was used before brings back its first answer. So the
 * example takes no answer older than its own limit, and none that was first asked for under another transfer.
 * It knows the stage and nothing else. Input: `{ transferId, accountId, enrollmentId, agreed, mediaKey }`.
 */
export class ExampleCallerStack extends Stack {
  constructor(scope: Construct, id: string, { stage }: { stage: string }) {
    super(scope, id, { description: 'An example: asks for a re-validation before a transfer.' });
    const revalidate = revalidateWith(machineOfStage(this, 'Revalidation', stage), this, 'AskForFace', {
      accountId: JsonPath.stringAt('$.accountId'),
      enrollmentId: JsonPath.stringAt('$.enrollmentId'),
      userAuthorized: JsonPath.objectAt('$.agreed'),
      media: { key: JsonPath.stringAt('$.mediaKey') },
      reference: JsonPath.stringAt('$.transferId'),
      // The same transfer asked for again is the same re-validation, and not charged again.
      idempotencyKey: JsonPath.stringAt('$.transferId'),
      maxAgeSeconds: MAX_AGE_SECONDS,
      resultPath: '$.face',
    });
    const held = new Fail(this, 'Held', { error: 'TransferHeldError', causePath: '$.face.Output.status' });
    const looked = new Fail(this, 'PersonLooks', { error: 'RevalidationGivenUpError' });
    const isApproved = Condition.and(
      Condition.stringEquals('$.face.Output.status', 'approved'),
      Condition.stringEqualsJsonPath('$.face.Output.reference', '$.transferId'),
    );
    new StateMachine(this, 'Transfer', {
      stateMachineName: `face-revalidation-example-${stage}`,
      definitionBody: DefinitionBody.fromChainable(
        revalidate
          .addCatch(looked, { errors: ['States.ALL'], resultPath: '$.failure' })
          .next(new Choice(this, 'IsApproved').when(isApproved, new Succeed(this, 'Released')).otherwise(held)),
      ),
      timeout: Duration.seconds(MACHINE_SECONDS + 300),
    });
  }
}
