import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import validate from 'asl-validator';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { BusEvent } from '../../infra/local/event-bus.ts';
import { policiesOf } from '../../infra/local/iam/policies.ts';
import type { RoleCall } from '../../infra/local/iam/roles.ts';
import { type LocalSystem, startLocalSystem } from '../../infra/local/local-system.ts';
import { putMedia } from '../../infra/local/put-media.ts';
import type { Machine } from '../../infra/local/state-machine.ts';
import { synthesizeCaller } from '../../infra/local/synthesize.ts';
import { resourcesOf, suppliedBy, type Template } from '../../infra/local/template.ts';
import { MACHINE_SECONDS } from '../../infra/workflow/timeouts.ts';
import { Announcement } from '../../shared/domain/announcement.ts';
import { RevalidationInput } from '../../shared/domain/request.ts';
import { Outcome } from '../../shared/domain/revalidation.ts';
import { fileOf, photo, someone } from '../support/drops.ts';
import { judge } from '../support/permissions.ts';

const announced: BusEvent[] = [];

const calls: RoleCall[] = [];

let system: LocalSystem;

let caller: Machine;

beforeAll(async () => {
  system = await startLocalSystem({
    onAnnounced: (event) => announced.push(event),
    onCall: (one) => calls.push(one),
  });
  caller = system.machineOfStack(synthesizeCaller('local'));
});

afterAll(async () => {
  await caller.close();
  await system.close();
});

let transfers = 0;

/** One transfer of a person, with the selfie beside it. */
const transferOf = async (suffix = '') => {
  const { accountId, enrollmentId } = await someone(system, suffix);
  transfers += 1;
  const mediaKey = `media/${accountId}.jpg`;
  await putMedia(system, { key: mediaKey, file: fileOf(photo) });
  return { transferId: `transfer-${transfers}`, accountId, enrollmentId, agreed: true, mediaKey };
};

const ask = async (input: object) => {
  const execution = caller.start(input);
  await execution.ended;
  return execution;
};

/** What was announced of a person, parsed by the schema. */
const toldOf = (accountId: string) =>
  announced.map(({ detail }) => Announcement.parse(detail)).filter((detail) => detail.accountId === accountId);

/** The input that our machine was started with by the caller. */
const inputOf = (face: unknown) => (face as { Input: unknown }).Input;

describe('a workflow of another stack', () => {
  test('starts us by `startExecution.sync:2`, and continues with the outcome as a value', async () => {
    const transfer = await transferOf();
    const { status, output, executionArn } = await ask(transfer);
    const { face } = output as { face: { Output: unknown; Status: string; StateMachineArn: string } };
    expect(status).toBe('SUCCEEDED');
    expect(face).toMatchObject({ Status: 'SUCCEEDED', StateMachineArn: system.machine.arn });
    const outcome = Outcome.parse(face.Output);
    expect(outcome).toMatchObject({
      status: 'approved',
      reference: transfer.transferId,
      accountId: transfer.accountId,
    });
    expect((await system.record(outcome.revalidationId))?.outcome).toEqual(face.Output);
    expect(RevalidationInput.parse(inputOf(face)).AWS_STEP_FUNCTIONS_STARTED_BY_EXECUTION_ID).toBe(executionArn);
  });

  test('gets the outcome on the bus as well, in one event', async () => {
    const transfer = await transferOf();
    const { output } = await ask(transfer);
    const { revalidationId, validationId, decidedAt } = Outcome.parse(
      (output as { face: { Output: unknown } }).face.Output,
    );
    expect(toldOf(transfer.accountId)).toEqual([
      {
        version: '1',
        eventId: expect.stringMatching(/^EVT/),
        revalidationId,
        status: 'approved',
        accountId: transfer.accountId,
        validationId,
        reference: transfer.transferId,
        purpose: 'default',
        policyVersion: expect.stringMatching(/^POL[0-9a-f]{32}$/),
        threshold: 0.65,
        decidedAt,
      },
    ]);
  });

  test('repeats the same transfer and gets the same outcome, announced once', async () => {
    const transfer = await transferOf();
    const [first, second] = [await ask(transfer), await ask(transfer)];
    const outcomeOf = ({ output }: typeof first) => (output as { face: { Output: unknown } }).face.Output;
    expect(outcomeOf(second)).toEqual({ ...(outcomeOf(first) as Outcome), isRepeat: true });
    expect(toldOf(transfer.accountId)).toHaveLength(1);
  });

  test.each([
    ['-declined', {}, 'declined'],
    ['', { agreed: false }, 'refused'],
  ])('gets an outcome that is no approval, too: %s %j', async (suffix, more, status) => {
    expect(await ask({ ...(await transferOf(suffix)), ...more })).toMatchObject({
      status: 'FAILED',
      error: 'TransferHeldError',
      cause: status,
    });
  });

  test('holds a transfer whose media had brought an approval to another one', async () => {
    const transfer = await transferOf();
    expect(await ask(transfer)).toMatchObject({ status: 'SUCCEEDED' });
    const another = await ask({ ...transfer, transferId: `${transfer.transferId}-another` });
    expect(another).toMatchObject({ status: 'FAILED', error: 'TransferHeldError' });
    expect(toldOf(transfer.accountId)).toHaveLength(1);
  });

  test('gets an error when our side failed, and the reason on the bus', async () => {
    const transfer = await transferOf('-create-down');
    expect(await ask(transfer)).toMatchObject({ status: 'FAILED', error: 'RevalidationGivenUpError' });
    expect(toldOf(transfer.accountId)).toMatchObject([{ status: 'failed', reference: transfer.transferId }]);
  });
});

/** A stack in whose Parameter Store the machine of a stage stands. */
const stackWith = (stage: string, machineArn: string): Template => ({
  Resources: {
    Parameter: {
      Type: 'AWS::SSM::Parameter',
      Properties: { Name: `/face-revalidation-${stage}/machine-arn`, Value: machineArn },
    },
  },
  Outputs: {},
});

test('the role of the example is enough, and all of it is used but the stop of our execution', () => {
  const policies = policiesOf(suppliedBy(stackWith('local', system.machine.arn), synthesizeCaller('local')));
  const own = calls.filter(({ role }) => policies.has(role));
  expect(own.length).toBeGreaterThan(10);
  expect(calls.filter(({ allowed }) => !allowed)).toEqual([]);
  expect(judge(policies, own)).toEqual({
    denied: [],
    unused: [expect.stringMatching(/^Transfer may states:StopExecution on .*:execution:face-revalidation-local/)],
  });
});

describe('the example of a caller', () => {
  const template = synthesizeCaller('dev');
  const source = readFileSync(join(import.meta.dirname, '../../infra/aws/example-caller.ts'), 'utf8');
  const parameters = Object.values(template.Parameters ?? {}).map(({ Default }) => Default);
  const ours = 'arn:aws:states:us-east-1:000000000000:stateMachine:face-revalidation-dev';
  const stack = stackWith('dev', ours);
  const [machine] = resourcesOf(suppliedBy(stack, template), 'AWS::StepFunctions::StateMachine');
  const definition = JSON.parse(String(machine?.properties.DefinitionString));

  test('finds our machine by Parameter Store alone', () => {
    expect(parameters).toContain('/face-revalidation-dev/machine-arn');
    expect(JSON.stringify(template)).not.toContain('Fn::ImportValue');
    expect(source).not.toContain('./stack.ts');
  });

  test('passes the validator, and waits longer than we can take', () => {
    const verdict = validate(definition, { checkPaths: true, checkArn: true });
    expect(verdict.isValid, verdict.errorsText()).toBe(true);
    const { Resource, Parameters, TimeoutSeconds } = definition.States.AskForFace;
    expect(Resource).toBe('arn:aws:states:::states:startExecution.sync:2');
    expect(Parameters.StateMachineArn).toBe(ours);
    expect(TimeoutSeconds).toBeGreaterThan(MACHINE_SECONDS);
    expect(definition.TimeoutSeconds).toBeGreaterThan(TimeoutSeconds);
    expect(Parameters.Input.request.maxAgeSeconds).toBe(900);
  });

  test('may start our machine and read its executions, and nothing else of ours', () => {
    const statements = resourcesOf(suppliedBy(stack, template), 'AWS::IAM::Policy').flatMap(
      ({ properties }) =>
        (properties.PolicyDocument as { Statement: { Action: string | string[]; Resource: string }[] }).Statement,
    );
    expect(statements.map(({ Action, Resource }) => [Action, Resource])).toEqual([
      ['states:StartExecution', ours],
      [['states:DescribeExecution', 'states:StopExecution'], `${ours.replace('stateMachine', 'execution')}*`],
      [
        ['events:DescribeRule', 'events:PutRule', 'events:PutTargets'],
        expect.stringMatching(/:rule\/StepFunctionsGetEventsForStepFunctionsExecutionRule$/),
      ],
    ]);
  });
});
