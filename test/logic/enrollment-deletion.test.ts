import { afterEach, describe, expect, test } from 'vitest';
import { personOf } from '../../shared/ledger/tombstones.ts';
import { deleteOwnEnrollment } from '../../shared/logic/enrollment-deletion.ts';
import { type Line, standIn } from '../support/local-aws.ts';
import { truoraAt } from '../support/truora.ts';

const closing: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

const throttle = { read: async () => ({}), backOff: async () => {} };

const OWN = { status: 200, body: { enrollment_id: 'ENR1', account_id: 'ana', status: 'success' } };

const PAGE = '<html><body><h1>Not found</h1></body></html>';

/** What becomes of ana's enrollment at a Truora that gives these answers: to the read, then to the deletion. */
const deleted = async (...answers: Line[]) => {
  const truora = await standIn(...answers);
  closing.push(truora.close);
  const settings = { truora: truoraAt(truora.origin), throttle };
  const result = await deleteOwnEnrollment(settings, personOf('ana'), 'ENR1').catch(
    ({ reason }: { reason?: string }) => reason,
  );
  return { result, asked: truora.asked.map(({ method, path }) => `${method} ${path}`) };
};

const BOTH = ['GET /v1/enrollments/ENR1', 'DELETE /v1/enrollments/ENR1'];

describe('the deletion of an enrollment', () => {
  test.each([
    ['200 and nothing', { status: 200, body: '' }],
    ['200 and a JSON object', { status: 200, body: { enrollment_id: 'ENR1', status: 'deleted' } }],
    ['204', { status: 204, body: '' }],
    ['404, because a deletion before it was made', { status: 404, body: { code: 10404, http_code: 404 } }],
  ] as const)('is done when Truora answers %s', async (_, answer) => {
    expect(await deleted(OWN, answer)).toEqual({ result: true, asked: BOTH });
  });

  test.each([
    ['401', { status: 401, body: { message: 'Unauthorized' } }, 'truora_unauthorized'],
    ['403', { status: 403, body: { message: 'Forbidden' } }, 'truora_unauthorized'],
    ['429', { status: 429, body: {} }, 'truora_rate_limited'],
    ['500', { status: 500, body: {} }, 'truora_uncertain'],
    ['400', { status: 400, body: {} }, 'truora_rejected'],
    ['202, which does not say that it is gone', { status: 202, body: '' }, 'truora_contract_broken'],
    ['200 and a web page', { status: 200, body: PAGE }, 'truora_contract_broken'],
    ['200 and an error', { status: 200, body: { code: 10500, http_code: 500 } }, 'truora_contract_broken'],
    ['404 and a web page', { status: 404, body: PAGE }, 'truora_rejected'],
    ['a reset', 'reset', 'truora_uncertain'],
  ] as const)('is not done when Truora answers %s', async (_, answer, reason) => {
    expect(await deleted(OWN, answer as Line)).toEqual({ result: reason, asked: BOTH });
  });

  test.each([
    ['the enrollment of another account', { status: 200, body: { ...OWN.body, account_id: 'ben' } }],
    ['an enrollment that is not there', { status: 404, body: { code: 10404, http_code: 404 } }],
  ] as const)('leaves %s alone', async (_, answer) => {
    expect(await deleted(answer)).toEqual({ result: false, asked: BOTH.slice(0, 1) });
  });

  test.each([
    ['404 and a web page', { status: 404, body: PAGE }, 'truora_rejected'],
    ['401', { status: 401, body: {} }, 'truora_unauthorized'],
    ['a body that names no account', { status: 200, body: { status: 'success' } }, 'truora_contract_broken'],
  ] as const)('is not done when the read before it is answered %s', async (_, answer, reason) => {
    expect(await deleted(answer)).toEqual({ result: reason, asked: BOTH.slice(0, 1) });
  });
});
