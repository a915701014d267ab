import { describe, expect } from 'vitest';
import { charging, claimed, creating, intentWord, recordOf, test } from '../support/create-validation.ts';
import { onlyTombstone } from '../support/erasure.ts';
import { thrownBy } from '../support/journal.ts';
import type { Delivery } from '../support/local-aws.ts';

const DECIDED = { name: 'AlreadyDecidedError', reason: 'already_decided' };

const CANCELED = { phase: 'canceled', canceledBy: 'iam:erasure', announced: expect.any(String) };

describe('a case of a person whose erasure has only begun', () => {
  test('is not paid for, ends as canceled, and leaves no intent', async ({ aws }) => {
    const claim = await claimed(aws);
    const counts = charging(aws);
    await onlyTombstone(aws, claim.accountId);
    expect(await thrownBy(creating(claim))).toEqual(DECIDED);
    expect(counts().creates).toBe(0);
    expect(await recordOf(aws, claim)).toMatchObject(CANCELED);
    expect(await intentWord(aws, claim)).toBe('none');
    const announced = aws.announced.length;
    expect(await thrownBy(creating(claim))).toEqual(DECIDED);
    expect(aws.announced).toHaveLength(announced);
  });

  test('is not paid for when the tombstone comes directly after the intent', async ({ aws }) => {
    const claim = await claimed(aws);
    const counts = charging(aws);
    aws.setDelivery(async ({ operation, input }): Promise<Delivery> => {
      if (operation !== 'PutItem' || !JSON.stringify(input).includes('ACC#')) return 'through';
      aws.setDelivery();
      await onlyTombstone(aws, claim.accountId);
      return 'through';
    });
    expect(await thrownBy(creating(claim))).toEqual(DECIDED);
    expect(counts().creates).toBe(0);
  });
});
