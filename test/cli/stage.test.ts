import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type AwsStage, openAwsStage } from '../support/aws-stage.ts';
import { loseRepair, putJobMessage } from '../support/lost-repairs.ts';
import { dropBy, dropOf } from '../support/running.ts';
import { waitFor } from '../support/wait-for.ts';

let stage: AwsStage;

beforeAll(async () => {
  // Repairs are lost, so that a test can do one by hand.
  stage = await openAwsStage({ deliversFailures: () => false });
}, 60_000);

beforeEach(() => stage.reset());

afterAll(() => stage.close());

const cli = (argv: string[]) => stage.cli(argv);

const dropped = (account: string) => dropBy(stage, account);

describe('a command with --stage', () => {
  test('finds bucket, ledger, API, functions and queues by what the stage has published', async () => {
    const { revalidationId, status } = await dropped('stage-ana');
    expect(status).toBe('approved');
    expect((await cli(['show', revalidationId])).out).toMatch(/^phase +approved$/m);
    expect((await cli(['explain', revalidationId])).code).toBe(0);
    expect((await cli(['call', 'GET', `/revalidations/${revalidationId}`])).code).toBe(0);
    expect((await cli(['cases', '--account', 'stage-ana'])).out).toContain(revalidationId);
    expect((await cli(['announce', revalidationId])).out).toContain(`announced ${revalidationId} again`);
    expect((await cli(['redrive'])).out).toBe(
      'nothing waits in the dead-letter queues of stage test in us-east-1 of account 111122223333',
    );
    expect((await cli(['throttle', 'show'])).out).toMatch(/^open: /);
    expect((await cli(['resolve', '--account', 'stage-ana', '--nothing'])).out).toBe('no intent is open');
    expect(JSON.parse((await cli(['spend', '--json'])).out)).toMatchObject({ revalidations: 1, charges: 1 });
  });

  test('names the stage in the answer about an unknown case', async () => {
    const { code, err } = await cli(['show', `RVL${'0'.repeat(32)}`]);
    expect([code, err]).toEqual([
      2,
      expect.stringContaining('in the ledger of stage test in us-east-1 of account 111122223333'),
    ]);
  });
});

describe('drop', () => {
  test('prints the id under which the case is found, and does not wait', async () => {
    const { code, out } = await cli([...dropOf('stage-eva', '--authorized', '--reference', 'loan-7'), '--json']);
    const { revalidationId, versionId } = JSON.parse(out);
    expect([code, versionId]).toEqual([0, expect.stringMatching(/./)]);
    await waitFor(async () => expect((await cli(['show', revalidationId])).out).toMatch(/^phase +approved$/m));
    expect((await cli(['show', revalidationId])).out).toMatch(/^reference +loan-7$/m);
  });

  test('says why the bucket refuses, and ends with 3', async () => {
    Object.assign(stage.answers.outputs ?? {}, { MediaBucket: 'bucket-of-another-stage' });
    const { code, out, err } = await cli(dropOf('stage-eva', '--authorized'));
    expect([code, out, err]).toEqual([3, '', expect.stringMatching(/^failed: .*bucket/i)]);
  });

  test('drops nothing without a consent', async () => {
    const { code, err } = await cli(dropOf('stage-luis'));
    expect([code, err, stage.asked]).toEqual([2, expect.stringContaining('--authorized is required'), []]);
  });
});

describe('redrive of a failed execution', () => {
  test('shows it first, then repairs the case and deletes the message', async () => {
    const { system } = stage.running;
    const { revalidationId: id } = await loseRepair(system, 'repair');
    const plan = await cli(['redrive']);
    expect([plan.code, plan.out]).toEqual([
      0,
      expect.stringMatching(
        /^execution .+ \(ABORTED\): invoke RepairExecution with its event\nnothing was done: --yes does it$/,
      ),
    ]);
    expect((await system.record(id))?.outcome).toBeUndefined();
    expect(await cli(['redrive', '--yes'])).toMatchObject({ code: 0, out: expect.stringMatching(/event: done$/) });
    expect((await system.record(id))?.outcome).toMatchObject({ status: 'failed', reason: 'execution_aborted' });
    expect(system.deadLetters).toEqual([]);
  });

  test('keeps the message where RepairExecution fails again, and ends with 1', async () => {
    const { system } = stage.running;
    // The input of the execution is no JSON, so that the function fails.
    const detail = { executionArn: `${system.machine.arn}:x`, status: 'FAILED', startDate: 0, input: '{' };
    putJobMessage(system, { source: 'aws.states', detail });
    const { code, out } = await cli(['redrive', '--yes']);
    expect([code, out]).toEqual([
      1,
      expect.stringMatching(
        /^execution x \(FAILED\): failed: \w*RepairExecution\w* failed: \w+; the message stays in its queue$/,
      ),
    ]);
    expect(system.deadLetters).toHaveLength(1);
    (system.deadLetters as unknown[]).length = 0;
  });
});

describe('outputs', () => {
  test('prints one name alone, and all of them as JSON', async () => {
    const { outputs = {} } = stage.answers;
    expect(await cli(['outputs', 'SweepLedgerFunction'])).toMatchObject({ code: 0, out: outputs.SweepLedgerFunction });
    expect(JSON.parse((await cli(['outputs', '--json'])).out)).toEqual(outputs);
    expect((await cli(['outputs'])).out.split('\n')).toHaveLength(Object.keys(outputs).length);
  });

  test('refuses a name that the deployment has not', async () => {
    const { code, err } = await cli(['outputs', 'Nothing']);
    expect([code, err]).toEqual([2, expect.stringContaining('name: must be one of AlarmTopic, ApiLog, ')]);
  });
});

describe('--stage is refused in one line, with exit 2,', () => {
  const show = (...words: string[]) => stage.running.cli(['throttle', 'show', ...words], { stateFolder: '/nowhere' });

  test('where it is not deployed', async () => {
    expect(await show('--stage', 'other')).toMatchObject({
      code: 2,
      out: '',
      err: '--stage other: it is not deployed in us-east-1 of account 111122223333: deploy it, or choose another --region or profile (--help shows how)',
    });
  });

  test('where its name breaks the rule, before AWS is asked', async () => {
    const { code, err } = await show('--stage', 'Prod');
    expect([code, err, stage.asked]).toEqual([2, expect.stringContaining('--stage: must be 1 to 16 of a-z 0-9 -'), []]);
  });

  test('where the session has expired', async () => {
    stage.answers.refusal = { status: 403, code: 'ExpiredToken' };
    const { code, err } = await show('--stage', 'test');
    expect([code, err]).toEqual([
      2,
      expect.stringMatching(/^--stage test: AWS refuses these credentials \(ExpiredToken/),
    ]);
  });

  test('where --region is given without it', async () => {
    expect(await show('--region', 'eu-west-1')).toMatchObject({
      code: 2,
      err: '--region: needs --stage (--help shows how)',
    });
  });

  test('where it is left out and no local system runs', async () => {
    const { code, err } = await stage.running.cli(['show', `RVL${'0'.repeat(32)}`], { stateFolder: '/tmp' });
    expect([code, err]).toEqual([2, expect.stringContaining('no local system is running here')]);
  });
});
