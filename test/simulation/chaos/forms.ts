import type { Forms, Listing } from '../truora/story.ts';
import type { Chance } from '../virtual/chance.ts';
import { arrivalOf, declined, ending, type Fault, type Plan, trouble } from './fault.ts';

const write = (plan: Plan, forms: Forms): void => {
  plan.story.forms = { ...plan.story.forms, ...forms };
};

/** The list decides about money only where the answer of the first create call is lost. */
const loseFirst = (plan: Plan, chance: Chance): void =>
  trouble(plan, 'create', 1, { kind: chance.pick(['hang', 'reset']), executed: chance.is(0.75) });

const list = (plan: Plan, chance: Chance, listing: Listing): void => {
  plan.story.listing = listing;
  // One that is never mended is looked at for days, and such a system takes as long as fifty others.
  if (chance.is(0.99)) plan.story.listingEnds = chance.pick([100, 300, 600, 3000]);
  loseFirst(plan, chance);
};

/** Ways to say that there is more than the page holds, none of them ever seen of Truora. */
const more: readonly Record<string, unknown>[] = [
  { links: { next: '/v1/accounts/person-1/validations?page=2' } },
  { pagination: { has_more: true } },
  { paging: { cursors: { after: 'QQ' } } },
  { meta: { total: 3 } },
  { total_pages: 2, page: 1 },
  { page_token: 'QQ' },
  { has_next_page: true },
  { remaining: 1 },
  { is_last_page: false },
  { last_evaluated_key: { pk: 'QQ' } },
];

/**
 * The forms in which Truora may answer, beside those that are documented or were seen. None is known to come; each has to do no
 * harm. Their rows follow those of the table.
 */
export const ofForms: readonly Fault[] = [
  {
    row: 61,
    what: 'the create answer is lost, and the list writes the threshold otherwise than it was sent',
    inject: (plan, chance) => {
      arrivalOf(plan).metadata.options = JSON.stringify({ threshold: chance.pick([0.7, 0.72, 0.8, 0.83, 0.9]) });
      write(plan, { threshold: chance.pick(['single precision', 'rounded', 'percent', 'the account’s own']) });
      loseFirst(plan, chance);
    },
  },
  {
    row: 62,
    what: 'the create answer is lost, and the list spells the type or the person otherwise',
    inject: (plan, chance) => {
      const types = ['face_recognition', 'FACE-RECOGNITION', 'Face-Recognition', 'faceRecognition'];
      write(plan, chance.is(0.3) ? { account: 'capitals' } : { type: chance.pick(types) });
      loseFirst(plan, chance);
    },
  },
  {
    row: 63,
    what: 'the create answer is lost, and the list writes dates of another zone and does not name it',
    inject: (plan, chance) => {
      write(plan, { hoursEast: chance.whole(-12, 14) });
      loseFirst(plan, chance);
    },
  },
  {
    row: 64,
    what: 'the create answer is lost, and the list is null, without its name, or not found',
    inject: (plan, chance) => list(plan, chance, { kind: chance.pick(['null', 'nameless', 'not found']) }),
  },
  {
    row: 65,
    what: 'the create answer is lost, and the rows of the list stand under another name',
    inject: (plan, chance) =>
      list(plan, chance, { kind: 'elsewhere', under: chance.pick(['data', 'items', 'results']) }),
  },
  {
    row: 66,
    what: 'the create answer is lost, and the list says in an unknown form that there is more',
    inject: (plan, chance) => list(plan, chance, { kind: 'paged', more: chance.pick(more) }),
  },
  {
    row: 67,
    what: 'the words of a verdict are in capitals',
    inject: (plan, chance) => {
      write(plan, { words: 'capitals' });
      if (chance.is(0.5)) ending(plan, declined('face_validation_failed'));
    },
  },
  {
    row: 68,
    what: 'numbers are texts',
    inject: (plan, chance) => {
      write(plan, { numbers: 'texts' });
      if (chance.is(0.7)) ending(plan, declined('face_validation_failed'));
    },
  },
  {
    row: 69,
    what: 'a verdict that needs no sub-result brings an empty list of them',
    inject: (plan, chance) => {
      write(plan, { details: 'empty list' });
      ending(
        plan,
        chance.pick<Parameters<typeof ending>[1]>([
          declined('face_validation_failed'),
          { validation_status: 'failure', failure_status: 'system_error' },
        ]),
      );
    },
  },
  { row: 70, what: 'a byte-order mark stands before every answer', inject: (plan) => write(plan, { mark: true }) },
  {
    row: 71,
    what: 'the upload is answered with a success before all of it was taken',
    inject: (plan) => trouble(plan, 'upload', 1, { kind: 'early' }),
  },
  {
    row: 72,
    what: 'the upload is answered with a success that holds an error document',
    inject: (plan, chance) =>
      trouble(plan, 'upload', 1, {
        kind: 'error document',
        body: chance.pick([
          '<html><body>The service is not available</body></html>',
          '<?xml version="1.0"?><Error><Code>InternalError</Code></Error>',
        ]),
      }),
  },
  {
    row: 73,
    what: 'the verdict writes the threshold otherwise than it was sent',
    inject: (plan, chance) => {
      arrivalOf(plan).metadata.options = JSON.stringify({ threshold: chance.pick([0.7, 0.72, 0.8, 0.83, 0.9]) });
      write(plan, { threshold: chance.pick(['single precision', 'rounded', 'percent', 'the account’s own']) });
    },
  },
];
