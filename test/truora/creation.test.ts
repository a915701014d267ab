import { describe, expect, test } from 'vitest';
import {
  TruoraBusyError,
  TruoraContractError,
  TruoraRejectedError,
  TruoraUnauthorizedError,
  TruoraUncertainError,
} from '../../shared/domain/errors.ts';
import { createdOf, surelyNotCreated } from '../../shared/truora/creation.ts';

const at = new Date('2026-11-23T10:00:00Z');

const after = (seconds: number) => new Date(at.getTime() + seconds * 1000).toISOString();

/** What is remembered of a create answer whose link says that it lives so many seconds, or says nothing. */
const deadlineOf = (linkSeconds: number | string | undefined, timeoutSeconds?: number) => {
  const expires = typeof linkSeconds === 'number' ? at.getTime() / 1000 + linkSeconds : linkSeconds;
  const link = `https://files.truora.com/u/x${expires === undefined ? '' : `?Expires=${expires}`}`;
  const answer = { validation_id: 'VLD1', account_id: 'ana', instructions: { file_upload_link: link } };
  const requested = timeoutSeconds === undefined ? {} : { timeoutSeconds };
  return createdOf(answer, { accountId: 'ana', requested }, at).deadline;
};

describe('the deadline of a validation', () => {
  test.each([
    ['the timeout, when the link lives shorter', 300, 3600, 3600],
    ['the end of the link, when that is later', 900, 300, 900],
    ['the usual timeout, when none was sent and the link lives shorter', 60, undefined, 300],
    ['the end of the link, when no timeout was sent', 900, undefined, 900],
    ['the longest that Truora documents, when the link lives longer', 86_400, 300, 21_600],
    ['the timeout, when the link was over before it was made', -60, 600, 600],
    [
      'the longest that Truora documents, when the link was over before and no timeout was sent',
      -60,
      undefined,
      21_600,
    ],
    ['the longest that Truora documents, when the link was over at once', 0, undefined, 21_600],
    ['the timeout, when the link gives its end as a span', '300', 600, 600],
    ['the timeout, when the link gives no whole second', '1795428300.5', 600, 600],
    ['the timeout, when the link says nothing', undefined, 600, 600],
    ['the longest that Truora documents, when neither says anything', undefined, undefined, 21_600],
  ])('equals %s', (_, linkSeconds, timeoutSeconds, seconds) => {
    expect(deadlineOf(linkSeconds, timeoutSeconds)).toBe(after(seconds));
  });
});

test.each<[string, object]>([
  ['without a link', {}],
  ['of another person', { account_id: 'ben', file_upload_link: 'https://files.truora.com/u/x' }],
])('a creation %s is a broken contract', (_, more) => {
  const answer = { validation_id: 'VLD1', account_id: 'ana', ...more };
  expect(() => createdOf(answer, { accountId: 'ana', requested: {} }, at)).toThrow(
    expect.objectContaining({ name: 'TruoraContractError', reason: 'truora_contract_broken' }),
  );
});

test.each([undefined, 'ANA', ' ana ', 'ａna'])(
  'a creation that names its person as %j is the requested one',
  (account_id) => {
    const answer = { validation_id: 'VLD1', account_id, file_upload_link: 'https://files.truora.com/u/x' };
    expect(createdOf(answer, { accountId: 'ana', requested: {} }, at).validationId).toBe('VLD1');
  },
);

test('a call has surely created nothing when it never arrived or was refused, and in no other case', () => {
  const sure = [
    new TruoraBusyError('truora_unreachable', 'x'),
    new TruoraRejectedError('truora_rejected', 'x'),
    new TruoraUnauthorizedError('truora_unauthorized', 'x'),
  ];
  const open = [
    new TruoraContractError('truora_contract_broken', 'x'),
    new TruoraUncertainError('truora_uncertain', 'x'),
    new TypeError('x'),
    undefined,
  ];
  expect([...sure, ...open].filter(surelyNotCreated)).toEqual(sure);
});
