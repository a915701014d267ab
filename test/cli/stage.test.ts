import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { bodyOf, type LocalServer, listen } from '../../infra/local/http.ts';
import type { Outcome } from '../../shared/domain/revalidation.ts';
import { selfie } from '../support/commands.ts';
import { openRunning, type Running } from '../support/running.ts';

/** The local system plays AWS: STS and CloudFormation are stand-ins, and every other service is the local one. */
let running: Running;

let aws: LocalServer;

let refusal: { status: number; code: string } | undefined;

const asked: string[] = [];

const member = (fields: Record<string, string>) =>
  `<member>${Object.entries(fields)
    .map(([name, value]) => `<${name}>${value}</${name}>`)
    .join('')}</member>`;

const answer = (action: string, result: string) =>
  `<${action}Response><${action}Result>${result}</${action}Result></${action}Response>`;

const error = (code: string, message: string) =>
  `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error></ErrorResponse>`;

const answers: Record<string, () => string> = {
  GetCallerIdentity: () =>
    '<Arn>arn:aws:iam::111122223333:user/operator</Arn><UserId>AIDAEXAMPLE</UserId><Account>111122223333</Account>',
  DescribeStacks: () => {
    const outputs = Object.entries(running.system.deployment.outputs).map(([OutputKey, OutputValue]) =>
      member({ OutputKey, OutputValue }),
    );
    return `<Stacks><member><StackName>face-revalidation-test</StackName><StackStatus>CREATE_COMPLETE</StackStatus><CreationTime>2026-11-28T10:00:00Z</CreationTime><Outputs>${outputs.join('')}</Outputs></member></Stacks>`;
  },
  ListStackResources: () => {
    const all = running.system.deployment.resources.map(({ id, type, ref }) =>
      member({
        LogicalResourceId: id,
        ResourceType: type,
        PhysicalResourceId: ref,
        ResourceStatus: 'CREATE_COMPLETE',
        LastUpdatedTimestamp: '2026-11-28T10:00:00Z',
      }),
    );
    return `<StackResourceSummaries>${all.join('')}</StackResourceSummaries>`;
  },
};

beforeAll(async () => {
  running = await openRunning();
  aws = await listen(async (request, response) => {
    const form = new URLSearchParams(String(await bodyOf(request, 100_000)));
    const action = form.get('Action') ?? '';
    asked.push(action);
    const isKnown = [null, 'face-revalidation-test'].includes(form.get('StackName'));
    const [status, body] = refusal
      ? [refusal.status, error(refusal.code, 'no')]
      : isKnown
        ? [200, answer(action, answers[action]?.() ?? '')]
        : [400, error('ValidationError', 'Stack with id face-revalidation-other does not exist')];
    response.writeHead(status, { 'content-type': 'text/xml' }).end(body);
  });
}, 60_000);

beforeEach(() => {
  refusal = undefined;
  asked.length = 0;
  process.env.AWS_ENDPOINT_URL_STS = aws.origin;
  process.env.AWS_ENDPOINT_URL_CLOUDFORMATION = aws.origin;
});

afterAll(async () => {
  await aws.close();
  await running.close();
});

/** Runs a command in an empty folder, so that it finds no local system. */
const cli = (argv: string[]) =>
  running.cli([...argv, '--stage', 'test', '--region', 'us-east-1'], { stateFolder: '/nowhere' });

const dropped = async (account: string): Promise<Outcome> => {
  const words = [
    'drop',
    selfie,
    '--account',
    account,
    '--enrollment',
    `ENR-${account}`,
    '--authorized',
    '--wait',
    '--json',
  ];
  const { out, err } = await cli(words);
  if (out === '') throw new Error(err);
  return JSON.parse(out);
};

describe('a command with --stage', () => {
  test('finds bucket, ledger, API, functions and queues by the stack of the stage', async () => {
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
      1,
      expect.stringContaining('in the ledger of stage test in us-east-1 of account 111122223333'),
    ]);
  });
});

describe('--stage is refused in one line, with exit 2,', () => {
  const show = (...words: string[]) => running.cli(['throttle', 'show', ...words], { stateFolder: '/nowhere' });

  test('where no stack has its name', async () => {
    expect(await show('--stage', 'other')).toMatchObject({
      code: 2,
      out: '',
      err: '--stage other: there is no stack face-revalidation-other in us-east-1 of account 111122223333 (--help shows how)',
    });
  });

  test('where its name breaks the rule, before AWS is asked', async () => {
    const { code, err } = await show('--stage', 'Prod');
    expect([code, err, asked]).toEqual([2, expect.stringContaining('--stage: must be 1 to 16 of a-z 0-9 -'), []]);
  });

  test('where the session has expired', async () => {
    refusal = { status: 403, code: 'ExpiredToken' };
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
    const { code, err } = await running.cli(['show', `RVL${'0'.repeat(32)}`], { stateFolder: '/tmp' });
    expect([code, err]).toEqual([2, expect.stringContaining('no local system is running here')]);
  });
});
