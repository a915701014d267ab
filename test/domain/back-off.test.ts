import { expect, test } from 'vitest';
import { backOffOver, Throttle } from '../../shared/domain/throttle.ts';

const notBefore = '2026-11-23T10:00:00.000Z';

const later = '2026-11-23T10:00:00.001Z';

test.each(['soon', '', 'zzz', notBefore, ' 2026-11-23T09:59:59.999Z', '1795427999'])(
  'writes the time of a back-off over the text %j, which is no later time',
  (existing) => {
    expect(backOffOver(existing, { notBefore })).toEqual({ set: { notBefore }, when: { notBefore: [existing] } });
  },
);

test.each([later, ` ${later} `, '2026-11-23 11:00:00 UTC', '1795428001', '1795428001000'])(
  'keeps the text %j, which is a later time',
  (existing) => {
    expect(backOffOver(existing, { notBefore })).toBeUndefined();
  },
);

test.each([undefined, null, 1, 1_795_427_999, true, {}])('writes over no value that is not a text: %j', (existing) => {
  expect(backOffOver(existing, { notBefore })).toBeUndefined();
});

test.each(['-1795428000', 'x1795428000', '1795428000x', '1795428000.', '1795428000.5x'])(
  'reads %j as no number of seconds',
  (written) => {
    expect(Throttle.parse({ notBefore: written })).toEqual({});
  },
);
