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

/** The maximum age of the answer: the same media may have an older answer. Seconds. */
const MAX_AGE_SECONDS = 900;

/**
 * An example of a caller, in its own stack: a transfer goes on only if the face is approved. An approval belongs to the media and
 * not to the transfer: media that was used before returns its first answer. So the example accepts no answer that is older than
 * its own limit, and none that was requested for another transfer. It needs the stage only.
 * Input: `{ transferId, accountId, enrollmentId, agreed, mediaKey }`.
 */
export class ExampleCallerStack extends Stack {
  constructor(scope: Construct, id: string, { stage }: { stage: string }) {
    super(scope, id, { description: 'An example: requests a re-validation before a transfer.' });
    const revalidate = revalidateWith(machineOfStage(this, 'Revalidation', stage), this, 'AskForFace', {
      accountId: JsonPath.stringAt('$.accountId'),
      enrollmentId: JsonPath.stringAt('$.enrollmentId'),
      userAuthorized: JsonPath.objectAt('$.agreed'),
      media: { key: JsonPath.stringAt('$.mediaKey') },
      reference: JsonPath.stringAt('$.transferId'),
      // A repeat for the same transfer is the same re-validation and is not charged again.
      idempotencyKey: JsonPath.stringAt('$.transferId'),
      maxAgeSeconds: MAX_AGE_SECONDS,
      resultPath: '$.face',
    });
    const held = new Fail(this, 'Held', { error: 'TransferHeldError', causePath: '$.face.Output.status' });
    const givenUp = new Fail(this, 'PersonLooks', { error: 'RevalidationGivenUpError' });
    const isApproved = Condition.and(
      Condition.stringEquals('$.face.Output.status', 'approved'),
      Condition.stringEqualsJsonPath('$.face.Output.reference', '$.transferId'),
    );
    new StateMachine(this, 'Transfer', {
      stateMachineName: `face-revalidation-example-${stage}`,
      definitionBody: DefinitionBody.fromChainable(
        revalidate
          .addCatch(givenUp, { errors: ['States.ALL'], resultPath: '$.failure' })
          .next(new Choice(this, 'IsApproved').when(isApproved, new Succeed(this, 'Released')).otherwise(held)),
      ),
      timeout: Duration.seconds(MACHINE_SECONDS + 300),
    });
  }
}
