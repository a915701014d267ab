import { createHash } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { AlreadyDecidedError } from '../../shared/domain/errors.ts';
import type { Options } from '../../shared/domain/request.ts';
import { bindAndClose, createOnce } from '../../shared/logic/creation.ts';
import { SPEECH } from '../support/capture.ts';
import {
  attemptOf,
  LINK,
  listed,
  NOW,
  type OpenCreation,
  OURS,
  openCreation,
  secondsAgo,
} from '../support/creation.ts';
import { executionOf, newRevalidationId, newValidationId, thrownBy } from '../support/journal.ts';

const UNSETTLED = { name: 'CreationUnsettledError', reason: 'creation_unsettled' };

/** Six hours after `NOW`: the longest life of a validation. */
const DEADLINE = '2026-11-23T18:00:00.000Z';

let open: OpenCreation;

beforeAll(async () => {
  open = await openCreation();
});

afterAll(() => open.close());

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: new Date(NOW) });
  open.reset();
});

afterEach(() => {
  vi.useRealTimers();
});

describe('the charged call', () => {
  test('happens once under an intent, and its validation is written, bound and returned', async () => {
    const { entry, claim, row, stored, intent, pk } = await open.enter({}, { dailyBudget: 1 });
    const { validation_id: validationId, ...rest } = row();
    let during: unknown;
    open.answers.create = async () => {
      during = await intent();
      return { status: 200, body: { validation_id: validationId, ...rest } };
    };
    const validation = { validationId, deadline: DEADLINE, threshold: 0.7 };
    expect(await createOnce(entry)).toEqual(validation);
    expect([open.asked('HEAD'), open.asked('POST'), open.asked('GET')]).toEqual([1, 1, 0]);
    expect(during).toMatchObject({ revalidationId: claim.revalidationId, attempt: 1, openedAt: NOW });
    expect(await stored()).toMatchObject({
      phase: 'created',
      validationId,
      used: { deadline: DEADLINE, threshold: 0.7 },
      attempts: [attemptOf(1, NOW, 'created', validationId)],
    });
    expect(await open.item(pk)).toMatchObject({ uploadLink: LINK });
    expect(await stored()).not.toHaveProperty('orphans');
    expect(await open.bindingOf(validationId)).toBe(claim.revalidationId);
    expect(await intent()).toBeUndefined();
    expect(open.emitted).toEqual([]);
    expect(open.commands.sent.filter((name) => name === 'PutItem')).toHaveLength(2);
    const mark = createHash('sha256').update(`${claim.revalidationId}#1`).digest('base64url').slice(0, 12);
    expect((await open.item('GATE#truora#2026-11-23#0'))?.attempts).toEqual(new Set([mark]));
  });

  test('gets the number after the attempts that are known, and keeps the orphans of the record', async () => {
    const earlier = attemptOf(1, secondsAgo(600), 'orphaned');
    const more = { attempts: [earlier], orphans: ['VLD1'] };
    const { entry, claim, row, stored } = await open.enter(more, { onUnresolved: 'create-again' });
    const answer = row();
    open.answers.create = async () => ({ status: 200, body: answer });
    await createOnce(entry);
    expect(await stored()).toMatchObject({
      attempts: [earlier, attemptOf(2, NOW, 'created', answer.validation_id)],
      orphans: ['VLD1'],
    });
    expect(await open.bindingOf('VLD1')).toBe(claim.revalidationId);
    expect(open.emitted).toEqual([]);
  });

  test('does not happen when the attempts on the record allow no further one', async () => {
    const { entry, intent } = await open.enter({ attempts: [attemptOf(1, secondsAgo(600), 'orphaned')] });
    expect(await thrownBy(createOnce(entry))).toMatchObject({ reason: 'creation_unconfirmed' });
    expect([open.asked('HEAD'), open.asked('POST')]).toEqual([0, 0]);
    expect(await intent()).toBeUndefined();
  });

  test('does not happen, and no intent is opened, when the key cannot be read', async () => {
    const { entry, intent, stored } = await open.enter();
    const key = () => Promise.reject(new TypeError('no key'));
    const settings = { ...entry.settings, truora: { ...entry.settings.truora, key } };
    await expect(createOnce({ ...entry, settings })).rejects.toThrow('no key');
    expect(open.asked('HEAD')).toBe(0);
    expect(await intent()).toBeUndefined();
    expect(await stored()).not.toHaveProperty('attempts');
  });

  test('does not happen when the media is gone or the throttle is closed', async () => {
    const { entry, intent } = await open.enter();
    open.answers.media = 404;
    expect(await thrownBy(createOnce(entry))).toMatchObject({ name: 'MediaGoneError' });
    open.answers.media = 200;
    open.answers.throttle = { closed: 'an incident' };
    expect(await thrownBy(createOnce(entry))).toMatchObject({ reason: 'truora_closed' });
    expect(open.asked('POST')).toBe(0);
    expect(await intent()).toBeUndefined();
  });

  test.each([
    ['orphaned', 'media is gone', 'media_gone'],
    ['orphaned', 'throttle is closed', 'truora_closed'],
    ['orphaned', 'budget is spent', 'daily_budget_spent'],
    ['not_found', 'media is gone', 'media_gone'],
    ['not_found', 'throttle is closed', 'truora_closed'],
    ['not_found', 'budget is spent', 'daily_budget_spent'],
  ] as const)('after an attempt that is %s is no refusal but a failure when the %s', async (result, why, refusal) => {
    const attempts = [attemptOf(1, secondsAgo(600), result)];
    const settings = {
      onUnresolved: 'create-again' as const,
      ...(why === 'budget is spent' ? { dailyBudget: 0 } : {}),
    };
    const { entry, intent } = await open.enter({ attempts }, settings);
    if (why === 'media is gone') open.answers.media = 404;
    if (why === 'throttle is closed') open.answers.throttle = { closed: 'an incident' };
    const error = createOnce(entry);
    await expect(error).rejects.toThrow(`is refused: ${refusal}: `);
    expect(await thrownBy(error)).toEqual({ name: 'CreationUnconfirmedError', reason: 'creation_unconfirmed' });
    expect(open.asked('POST')).toBe(0);
    expect(await intent()).toBeUndefined();
  });

  test('does not happen while another intent of the person is open', async () => {
    const { entry, intent, intend } = await open.enter();
    const other = await intend({ revalidationId: newRevalidationId() });
    expect(await thrownBy(createOnce(entry))).toEqual(UNSETTLED);
    expect(open.asked('POST')).toBe(0);
    expect(await intent()).toMatchObject(other);
  });

  test.each<[string, Record<string, unknown> | undefined]>([
    ['was canceled', { phase: 'canceled' }],
    ['got another attempt', { attempts: [attemptOf(1, secondsAgo(1), 'not_found')] }],
    ['expired', undefined],
  ])('does not happen, and the intent is closed, when the record %s in between', async (_, change) => {
    const { entry, intent, pk } = await open.enter();
    open.commands.before('GetItem', async () => {
      const item = await open.item(pk);
      await (change ? open.putItem({ ...item, pk, ...change }) : open.remove(pk));
    });
    expect(await thrownBy(createOnce(entry))).toEqual(UNSETTLED);
    expect(open.asked('POST')).toBe(0);
    expect(await intent()).toBeUndefined();
  });

  test('does not happen, and the intent is closed, when the face of its claim may not be used any more', async () => {
    const asked: unknown[] = [];
    const ended = new AlreadyDecidedError('already_decided', 'RVL1');
    let during: unknown;
    const requireUsableFace = async (...of: unknown[]) => {
      asked.push(of);
      during = await intent();
      throw ended;
    };
    const { entry, claim, intent, stored } = await open.enter({}, { requireUsableFace });
    await expect(createOnce(entry)).rejects.toBe(ended);
    expect(asked).toEqual([[claim, OURS]]);
    expect(during).toMatchObject({ revalidationId: claim.revalidationId });
    expect(open.asked('POST')).toBe(0);
    expect(await intent()).toBeUndefined();
    expect(await stored()).not.toHaveProperty('attempts');
  });

  test('leaves an orphan, and frees the person, when it brings no phrase for a recording to speak', async () => {
    const requested: Options = { threshold: 0.7, ...SPEECH, subvalidations: [...SPEECH.subvalidations] };
    const { entry, claim, row, stored, intent } = await open.enter({}, {}, { requested });
    const answer = row();
    open.answers.create = async () => ({ status: 200, body: answer });
    const id = answer.validation_id;
    expect(await thrownBy(createOnce(entry))).toMatchObject({ reason: 'speech_phrase_missing' });
    expect(await stored()).toMatchObject({
      phase: 'claimed',
      attempts: [attemptOf(1, NOW, 'orphaned')],
      orphans: [id],
    });
    expect(open.emitted).toEqual([1]);
    expect(await open.bindingOf(id)).toBe(claim.revalidationId);
    expect(await intent()).toBeUndefined();
  });

  test('returns a validation without its phrase, which the record keeps beside its link', async () => {
    const requested: Options = { threshold: 0.7, ...SPEECH, subvalidations: [...SPEECH.subvalidations] };
    const { entry, row, pk } = await open.enter({}, {}, { requested });
    const body = { ...row(), instructions: { file_upload_link: LINK, speech_token: 'azul luna' } };
    open.answers.create = async () => ({ status: 200, body });
    const validation = await createOnce(entry);
    expect(validation).toMatchObject({ validationId: body.validation_id, recordUntil: DEADLINE });
    for (const secret of ['phrase', 'uploadLink']) expect(validation).not.toHaveProperty(secret);
    expect(await open.item(pk)).toMatchObject({ phrase: 'azul luna', uploadLink: LINK });
  });

  test('happens when another try of the step has only written down this attempt in between', async () => {
    const { entry, pk, row } = await open.enter();
    open.commands.before('GetItem', async () => {
      const item = await open.item(pk);
      await open.putItem({ ...item, pk, attempts: [attemptOf(1, NOW, 'unconfirmed')] });
    });
    open.answers.create = async () => ({ status: 200, body: row() });
    expect(await createOnce(entry)).toMatchObject({ deadline: DEADLINE });
  });

  test('stays in doubt when its answer is lost, and the intent stays open', async () => {
    const { entry, intent, stored } = await open.enter();
    expect(await thrownBy(createOnce(entry))).toEqual(UNSETTLED);
    expect(await stored()).toMatchObject({ phase: 'claimed', attempts: [attemptOf(1, NOW, 'unconfirmed')] });
    expect(await stored()).not.toHaveProperty('orphans');
    expect(await intent()).toBeDefined();
    expect(open.backOffs).toEqual([]);
  });

  test.each([
    ['no upload link', { file_upload_link: undefined }],
    ['another person', { account_id: 'another' }],
  ])('stays in doubt when its answer has %s, and the intent stays open', async (_, more) => {
    const { entry, row, intent, stored } = await open.enter();
    open.answers.create = async () => ({ status: 200, body: row(more) });
    expect(await thrownBy(createOnce(entry))).toEqual(UNSETTLED);
    expect(await stored()).toMatchObject({ phase: 'claimed', attempts: [attemptOf(1, NOW, 'unconfirmed')] });
    expect(await stored()).not.toHaveProperty('orphans');
    expect(await intent()).toBeDefined();
    expect(open.emitted).toEqual([]);
  });

  test('leaves no attempt and no intent when Truora refuses it, and makes the other runs wait after a 429', async () => {
    const { entry, intent, stored } = await open.enter();
    open.answers.create = async () => ({ status: 400 });
    expect(await thrownBy(createOnce(entry))).toMatchObject({ name: 'TruoraRejectedError' });
    expect(open.backOffs).toEqual([]);
    open.answers.create = async () => ({ status: 429, headers: { 'retry-after': '7' } });
    expect(await thrownBy(createOnce(entry))).toMatchObject({ reason: 'truora_rate_limited' });
    expect(open.backOffs).toEqual([7]);
    expect(await intent()).toBeUndefined();
    expect(await stored()).not.toHaveProperty('attempts');
  });

  test('leaves an orphan when the run was canceled meanwhile, which is counted and frees the person', async () => {
    const { entry, claim, pk, row, stored, intent } = await open.enter({ orphans: ['VLD1'] });
    const answer = row();
    open.answers.create = async () => {
      const item = await open.item(pk);
      await open.putItem({ ...item, pk, phase: 'canceled' });
      return { status: 200, body: answer };
    };
    const id = answer.validation_id;
    expect(await thrownBy(createOnce(entry))).toMatchObject({ name: 'AlreadyDecidedError' });
    expect(await stored()).toMatchObject({
      phase: 'canceled',
      attempts: [attemptOf(1, NOW, 'orphaned', id)],
      orphans: ['VLD1', id],
    });
    expect(open.emitted).toEqual([1]);
    expect(await open.bindingOf(id)).toBe(claim.revalidationId);
    expect(await intent()).toBeUndefined();
  });

  test('leaves the intent open when the record belongs to another execution by now', async () => {
    const { entry, pk, row, stored, intent } = await open.enter();
    open.answers.create = async () => {
      const item = await open.item(pk);
      await open.putItem({ ...item, pk, owner: executionOf('theirs') });
      return { status: 200, body: row() };
    };
    expect(await thrownBy(createOnce(entry))).toMatchObject({ name: 'ClaimedElsewhereError' });
    expect(await stored()).not.toHaveProperty('orphans');
    expect(await intent()).toBeDefined();
    expect(open.emitted).toEqual([]);
  });
});

describe('a validation after a call that the list did not show', () => {
  const notFound = attemptOf(1, secondsAgo(600), 'not_found');

  /** The record of a validation whose call had the second intent, opened so many seconds ago. */
  const created = async (
    age: number,
    deadline: string,
    result: 'created' | 'adopted' = 'created',
    milliseconds = 0,
  ) => {
    const validation = { validationId: newValidationId(), deadline, threshold: 0.7 };
    const orphan = newValidationId();
    const own = attemptOf(2, secondsAgo(age, milliseconds), result, validation.validationId);
    const more = { phase: 'created' as const, attempts: [notFound, own], orphans: [orphan] };
    const entered = await open.enter(more);
    const intent = await entered.intend({ openedAt: own.at, attempt: 2 });
    const settled = () => bindAndClose(entered.entry, entered.record, validation, intent);
    return {
      ...entered,
      validation,
      own,
      orphan,
      settled,
      mine: entered.row({ validation_id: validation.validationId }),
    };
  };

  test('proves the list when the list shows it, and the first call stays not found', async () => {
    const { validation, settled, mine, row, record, stored, intent, claim, orphan } = await created(59, DEADLINE);
    open.answers.list = listed(row(), mine);
    expect(await settled()).toEqual(validation);
    expect(await stored()).toEqual(record);
    expect(open.emitted).toEqual([]);
    expect(await open.bindingOf(validation.validationId)).toBe(claim.revalidationId);
    expect(await open.bindingOf(orphan)).toBe(claim.revalidationId);
    expect(await intent()).toBeUndefined();
  });

  test.each([
    ['shows another validation alone', 200],
    ['cannot be read', 503],
  ])('waits for the list within the settle window while it %s', async (_, status) => {
    const { validation, settled, row, record, stored, intent, claim } = await created(59, DEADLINE, 'created', 999);
    open.answers.list = async () => ({ status, body: { validations: [row()] } });
    expect(await thrownBy(settled())).toEqual(UNSETTLED);
    expect(await stored()).toEqual(record);
    expect(await open.bindingOf(validation.validationId)).toBe(claim.revalidationId);
    expect(await intent()).toBeDefined();
    expect(open.emitted).toEqual([]);
  });

  const inMilliseconds = (milliseconds: number) => new Date(Date.parse(NOW) + milliseconds).toISOString();

  test.each([
    ['the settle window is over', 60, DEADLINE],
    ['two minutes of its life are left', 59, inMilliseconds(120_000)],
  ])('becomes the one that is used, and the first call counts as charged unseen, when %s', async (_, age, deadline) => {
    const { validation, settled, own, stored, intent, orphan } = await created(age, deadline);
    expect(await settled()).toEqual(validation);
    expect(await stored()).toMatchObject({ attempts: [{ ...notFound, result: 'blind' }, own], orphans: [orphan] });
    expect(open.emitted).toEqual([1]);
    expect(await intent()).toBeUndefined();
  });

  test('waits while more than two minutes of its life are left', async () => {
    const { settled } = await created(59, inMilliseconds(120_001));
    expect(await thrownBy(settled())).toEqual(UNSETTLED);
  });

  test('does not read the list while the throttle backs off', async () => {
    const { settled } = await created(59, DEADLINE);
    open.answers.throttle = { notBefore: inMilliseconds(1) };
    expect(await thrownBy(settled())).toEqual(UNSETTLED);
    expect(open.asked('GET')).toBe(0);
  });

  test('needs no proof when it was found on a list itself', async () => {
    const { validation, settled, record, stored } = await created(60, DEADLINE, 'adopted');
    expect(await settled()).toEqual(validation);
    expect(open.asked('GET')).toBe(0);
    expect(await stored()).toEqual(record);
  });
});
