import { arrivalOf, blow, declined, ending, type Fault, first, trouble } from './fault.ts';
import { ofForms } from './forms.ts';
import { fromTheWaitOn } from './later-faults.ts';
import { besideTheTable } from './more-faults.ts';

export type { Arrival, Plan } from './fault.ts';

/**
 * The table of faults, by its rows: each says how this harness injects it. Rows that are missing are no fault that a system can
 * inject: 9 (S3 reads what was written), 47 and 49 (lints of the definition), 58 (a deploy) and 60 (runs of many rows).
 */
const ofTheTable: readonly Fault[] = [
  {
    row: 1,
    what: 'the event of a drop comes several times, up to 91 days apart',
    inject: (plan, chance) => {
      for (let copies = chance.whole(1, 3); copies > 0; copies -= 1) {
        arrivalOf(plan).events.push(chance.pick([0, 0.001, 1, 30, 400, 7 * 3600, 91 * 86_400]));
      }
    },
  },
  {
    row: 2,
    what: 'two versions of one key, whose events come in the wrong order',
    inject: (plan) => {
      const [one] = plan.arrivals;
      if (!one) return;
      plan.arrivals.push({ ...one, putAt: one.putAt + 1, events: [one.putAt + 1.5] });
      one.events = [3];
    },
  },
  {
    row: 3,
    what: 'a key of all sorts of characters',
    inject: (plan, chance) => {
      const name = chance.pick(['a b+%2B.jpg', 'ü😀.jpg', `${'x'.repeat(700)}.jpg`, 'a"b\\c.jpg', '..jpg']);
      arrivalOf(plan).key = arrivalOf(plan).key.replace(/[^/]+$/, name);
    },
  },
  {
    row: 4,
    what: 'the event of a drop is lost',
    inject: (plan) => {
      arrivalOf(plan).events = [];
    },
  },
  {
    row: 5,
    what: 'the object is overwritten while it is worked on',
    inject: (plan, chance) => {
      plan.tamper = { kind: 'overwrite', at: chance.pick([0.001, 0.2, 0.5, 1]) };
    },
  },
  {
    row: 6,
    what: 'the object is deleted while it is worked on',
    inject: (plan, chance) => {
      plan.tamper = { kind: 'delete', at: chance.pick([0.001, 0.2, 0.5, 1, 5]) };
    },
  },
  {
    row: 7,
    what: 'the object is empty, or larger than Truora takes',
    inject: (plan, chance) => {
      arrivalOf(plan).body = chance.pick(['empty', 'large']);
    },
  },
  {
    row: 8,
    what: 'the object is no photo, though its name says so',
    inject: (plan) => {
      arrivalOf(plan).body = 'text';
    },
  },
  {
    row: 10,
    what: 'the enrollment is pending, failed, unknown or of another person',
    inject: (plan, chance) => {
      plan.story.enrollment = chance.pick([
        ['pending', 'success'],
        ['pending'],
        ['failure'],
        ['unknown'],
        ['other account'],
      ]);
    },
  },
  {
    row: 11,
    what: 'the enrollment changes after it was checked',
    inject: (plan) => ending(plan, declined('face_validation_failed')),
  },
  {
    row: 12,
    what: 'the create call is executed and never answered',
    inject: (plan, chance) => trouble(plan, 'create', 1, { kind: chance.pick(['hang', 'reset']), executed: true }),
  },
  {
    row: 13,
    what: 'the create call is swallowed',
    inject: (plan, chance) => trouble(plan, 'create', 1, { kind: chance.pick(['hang', 'reset']), executed: false }),
  },
  {
    row: 14,
    what: 'the create call is executed after we gave it up',
    inject: (plan, chance) =>
      trouble(plan, 'create', 1, { kind: 'zombie', after: chance.pick([15, 40, 55, 75, 100, 400]) }),
  },
  {
    row: 15,
    what: 'the function dies between the create call and its record',
    inject: (plan, chance) => blow(plan, chance, 'kill after', 10, 14),
  },
  {
    row: 16,
    what: 'the function dies after the record',
    inject: (plan, chance) => blow(plan, chance, 'kill after', 14, 18),
  },
  {
    row: 17,
    what: 'two executions of one drop run at once',
    inject: (plan, chance) => {
      arrivalOf(plan).events.push((arrivalOf(plan).events[0] ?? 0) + chance.pick([0, 0.1, 0.4]));
    },
  },
  {
    row: 18,
    what: 'the ledger refuses its writes for a while',
    inject: (plan, chance) => {
      plan.refuses.push({ operation: chance.pick(['PutItem', 'UpdateItem', 'DeleteItem']), first: chance.whole(1, 3) });
    },
  },
  {
    row: 19,
    what: 'Truora answers 429, with seconds or a date to wait for, or none',
    inject: (plan, chance) => {
      const headers = chance.pick([{}, { 'retry-after': '20' }, { 'retry-after': 'Mon, 05 Jan 2026 08:01:00 GMT' }]);
      first(plan, chance.pick(['enrollment', 'create', 'read']), chance.whole(1, 3), {
        kind: 'status',
        status: 429,
        headers,
      });
    },
  },
  {
    row: 20,
    what: 'Truora answers the create call with a 5xx',
    inject: (plan, chance) =>
      trouble(plan, 'create', 1, {
        kind: 'status',
        status: chance.pick([500, 502, 503, 504]),
        executed: chance.is(0.5),
      }),
  },
  {
    row: 21,
    what: "Truora's key is rotated in the middle",
    inject: (plan, chance) => {
      plan.story.rotates = { at: chance.whole(0, 3), lag: chance.whole(0, 30) };
    },
  },
  {
    row: 22,
    what: 'a 2xx of the create call holds nonsense',
    inject: (plan, chance) =>
      trouble(plan, 'create', 1, { kind: 'garbage', body: chance.pick(['html', 'empty', 'huge', 'half']) }),
  },
  {
    row: 23,
    what: 'an unknown status or reason, or a success that is not about us',
    inject: (plan, chance) =>
      ending(
        plan,
        chance.pick([
          { validation_status: 'brand_new' },
          { validation_status: 'success', account_id: 'another-person' },
          { validation_status: 'success', face: { similarity_status: 'failure' } },
          { validation_status: 'success', face: { enrollment_id: 'ENR-of-another' } },
          { validation_status: 'success', face: { confidence_score: chance.pick([0.5, 0.649, 97, '0.5', null]) } },
          { validation_status: 'success', face: { similarity_status: undefined, confidence_score: undefined } },
          { validation_status: 'success', threshold: 0.5 },
          declined('brand_new_reason'),
          { validation_status: 'failure', failure_status: 'brand_new' },
        ]),
      ),
  },
  {
    row: 24,
    what: 'an answer never ends',
    inject: (plan, chance) =>
      first(plan, chance.pick(['enrollment', 'read', 'list', 'upload']), chance.whole(1, 2), {
        kind: 'hang',
        executed: chance.is(0.5),
      }),
  },
  {
    row: 25,
    what: 'the connection is reset under the create call',
    inject: (plan, chance) => trouble(plan, 'create', 1, { kind: 'reset', executed: chance.is(0.3) }),
  },
  {
    row: 26,
    what: 'no name, no connection, no certificate',
    inject: (plan, chance) =>
      first(plan, chance.pick(['enrollment', 'create', 'read', 'upload']), chance.whole(1, 3), {
        kind: chance.pick(['dns', 'refused', 'tls']),
      }),
  },
  {
    row: 27,
    what: 'the upload link is missing or points where media must not go',
    inject: (plan, chance) => {
      plan.story.link = chance.pick(['private address', 'http', 'other host', 'user info', 'missing']);
    },
  },
  {
    row: 28,
    what: 'the upload link has expired before the upload',
    inject: (plan) => {
      plan.story.linkLife = 1;
      first(plan, 'upload', 1, { kind: 'status', status: 503 });
    },
  },
  {
    row: 29,
    what: 'the line breaks in the middle of the upload',
    inject: (plan, chance) => first(plan, 'upload', chance.whole(1, 3), { kind: 'broken', share: chance.next() }),
  },
  {
    row: 30,
    what: 'the upload is taken and its answer lost',
    inject: (plan, chance) => trouble(plan, 'upload', 1, { kind: chance.pick(['reset', 'hang']), executed: true }),
  },
  {
    row: 31,
    what: 'a proxy cuts the upload short and says 200',
    inject: (plan) => trouble(plan, 'upload', 1, { kind: 'truncated' }),
  },
  {
    row: 32,
    what: 'the function dies in the middle of the upload',
    inject: (plan, chance) => blow(plan, chance, 'kill before', 17, 22),
  },
  ...fromTheWaitOn,
];

/** What can go wrong in a system: the table of faults, and after its rows the forms in which Truora may answer, and what is beside both. */
export const faults: readonly Fault[] = [...ofTheTable, ...ofForms, ...besideTheTable];

/** The rows that can be injected, in order. */
export const injectable: readonly number[] = faults.map(({ row }) => row);
