import { createHash, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { drop, registerEnrollment } from '../../../infra/local/put-media.ts';
import { signWebhook } from '../../../shared/truora/webhook.ts';
import type { Figure, Metric } from '../figures.ts';
import { startApart, startFunctions } from './functions-apart.ts';

const file = join(import.meta.dirname, '../../../infra/local/media/selfie.jpg');

const etag = createHash('md5').update(readFileSync(file)).digest('hex');

/** Runs until everything that is made once has been made, such as clients, schemas and optimized code. */
const WARM_UP = 1000;

const RUNS = Number(process.env.BENCH_RUNS ?? 10_000) / 5;

/**
 * B2: the heap that a run leaves behind in the functions, which run in a process of their own here, while the stand-ins for S3,
 * DynamoDB and Truora, which have to remember, run in this one.
 */
export const functionsHeap: Metric = async (say) => {
  const { system, placeOf } = await startApart({
    sandboxSettings: { decisionMs: 0 },
    config: { resultMode: 'callback' },
  });
  const functions = startFunctions(system);
  system.setEventDelivery('are lost');
  let people = 0;

  const one = async () => {
    people += 1;
    const who = { accountId: `heap${people}`, enrollmentId: `ENRheap${people}` };
    await registerEnrollment(system.sandbox?.origin ?? '', who);
    const versionId = await drop(system, { file, ...who, name: 'face.jpg' });
    const key = `inbox/${who.accountId}/${who.enrollmentId}/face.jpg`;
    const request = {
      kind: 'drop',
      event: {
        source: 'aws.s3',
        detail: { bucket: { name: system.bucket }, object: { key, 'version-id': versionId, etag } },
      },
    };
    const executionId = `${system.machine.arn.replace(':stateMachine:', ':execution:')}:${randomUUID()}`;
    const journal: Record<string, unknown> = {};
    const step = async (name: string, entry?: string, more: object = {}) => {
      const { result } = await functions.invoke(placeOf(name), [
        { executionId, input: { request }, ...(name === 'ClaimRequest' ? {} : { journal }), ...more },
      ]);
      if (entry) journal[entry] = result;
    };
    await step('ClaimRequest', 'claim');
    await step('CheckEnrollment', 'enrollment');
    await step('CreateValidation', 'validation');
    await step('MoveMedia', 'receipt');
    await step('AwaitWebhook', undefined, { taskToken: randomUUID() });
    const { validationId } = journal.validation as { validationId: string };
    const body = await signWebhook(
      {
        iss: 'Truora',
        iat: Math.floor(Date.now() / 1000),
        events: [
          { event_type: 'face_recognition', event_action: 'succeeded', object: { validation_id: validationId } },
        ],
      },
      system.webhookKey,
    );
    await functions.invoke(placeOf('ReceiveWebhook'), [
      { version: '2.0', headers: {}, requestContext: {}, body, isBase64Encoded: false },
    ]);
    await step('ReadVerdict', 'verdict');
    await step('RecordOutcome', 'outcome');
  };

  try {
    for (let nth = 0; nth < WARM_UP; nth += 1) await one();
    const before = await functions.heap();
    for (let nth = 0; nth < RUNS; nth += 1) {
      if (nth % 250 === 0) say(`heap of the functions: ${nth} of ${RUNS} runs`);
      await one();
    }
    const after = await functions.heap();
    const figure: Figure = {
      metric: 'B2',
      what: `heap that a run leaves behind in the functions (${RUNS} runs)`,
      value: (after - before) / RUNS,
      unit: 'KB',
      target: { atMost: 0.2 },
      raw: [before, after],
    };
    return [figure];
  } finally {
    await functions.close();
    await system.close();
  }
};
