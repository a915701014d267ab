import { arrivalOf, blow, type Fault, final, first, trouble, webhooks } from './fault.ts';

/** The rows of the table from the wait for a webhook on, and those of the system around a run. */
export const fromTheWaitOn: readonly Fault[] = [
  {
    row: 33,
    what: 'the webhook comes before an execution waits',
    inject: (plan, chance) => {
      plan.story.decidesAfter = 0.001;
      webhooks(plan, () => [final(chance.pick([0.001, 0.01]))]);
    },
  },
  {
    row: 34,
    what: 'webhooks come twice',
    inject: (plan, chance) => webhooks(plan, ({ webhooks: all }) => [...all, final(chance.pick([0.5, 0.501, 9, 100]))]),
  },
  { row: 35, what: 'the webhook comes days late', inject: (plan) => webhooks(plan, () => [final(3 * 86_400)]) },
  {
    row: 36,
    what: 'the webhook of the creation comes after that of the verdict',
    inject: (plan) => webhooks(plan, () => [final(0.5), { event: 'created', from: 'decided', after: 2 }]),
  },
  {
    row: 37,
    what: 'another caller calls in the name of Truora',
    inject: (plan, chance) => {
      plan.strangers.push({ dress: chance.pick(['wrong key', 'unsigned']), at: chance.pick([0.5, 1, 3, 70]) });
    },
  },
  {
    row: 38,
    what: 'a genuine webhook is repeated when all is over',
    inject: (plan) => {
      plan.strangers.push({ dress: 'replay', at: 700 });
    },
  },
  {
    row: 39,
    what: 'a webhook about a validation that is none of ours',
    inject: (plan, chance) => {
      plan.strangers.push({ dress: 'unknown validation', at: chance.pick([1, 3]) });
    },
  },
  { row: 40, what: 'every webhook is lost', inject: (plan) => webhooks(plan, () => []) },
  {
    row: 41,
    what: 'the webhook and the first poll come at once',
    inject: (plan) => {
      plan.story.decidesAfter = 55;
      webhooks(plan, () => [final(5), final(5.1)]);
    },
  },
  {
    row: 42,
    what: 'the webhook comes after the callback timeout',
    inject: (plan, chance) => {
      plan.story.decidesAfter = chance.whole(58, 75);
      webhooks(plan, () => [final(3)]);
    },
  },
  {
    row: 43,
    what: 'the waiting step dies after it has left its token',
    inject: (plan, chance) => blow(plan, chance, 'kill after', 20, 26),
  },
  {
    row: 44,
    what: 'no execution can be resumed for a while',
    inject: (plan) => {
      plan.refuses.push({ operation: 'SendTaskSuccess', first: 3 });
    },
  },
  {
    row: 45,
    what: 'Truora never decides',
    inject: (plan) => {
      plan.story.decidesAfter = undefined;
    },
  },
  {
    row: 46,
    what: 'Truora gives itself six hours and takes most of them',
    inject: (plan, chance) => {
      arrivalOf(plan).metadata.options = JSON.stringify({ timeoutSeconds: 21_600 });
      plan.story.decidesAfter = chance.whole(3000, 21_000);
      webhooks(plan, () => []);
    },
  },
  {
    row: 48,
    what: 'a read is answered with a third of a megabyte',
    inject: (plan, chance) => first(plan, 'read', chance.whole(1, 3), { kind: 'garbage', body: 'huge' }),
  },
  {
    row: 50,
    what: 'Lambda is throttled',
    inject: (plan, chance) => {
      const step = chance.pick([
        'ClaimRequest',
        'CreateValidation',
        'MoveMedia',
        'AwaitWebhook',
        'ReadVerdict',
        'RecordOutcome',
      ]);
      plan.lambda.push({ step, error: 'Lambda.TooManyRequestsException', first: chance.whole(1, 3) });
    },
  },
  {
    row: 51,
    what: 'the creating function runs out of its time, or its runtime ends',
    inject: (plan, chance) => {
      plan.lambda.push({
        step: 'CreateValidation',
        error: chance.pick(['Sandbox.Timedout', 'Runtime.ExitError', 'Lambda.Unknown']),
        first: 1,
      });
      trouble(plan, 'create', 1, { kind: 'slow', after: 9 });
    },
  },
  {
    row: 52,
    what: "a write is done, and the client's own repeat of it finds it done",
    inject: (plan, chance) => blow(plan, chance, 'twice'),
  },
  {
    row: 53,
    what: "Truora's clock is a quarter of an hour off",
    inject: (plan, chance) => {
      plan.story.skew = chance.whole(-900, 900);
    },
  },
  {
    row: 54,
    what: 'an input that no entry point of ours would write',
    inject: (plan, chance) => {
      plan.poison.push(
        chance.pick([
          {},
          { request: null },
          { request: { kind: 'drop', event: {} } },
          { request: 'x'.repeat(200_000) },
          {
            request: { kind: 'call', accountId: '..', enrollmentId: 'E', userAuthorized: true, media: { key: '../x' } },
          },
        ]),
      );
    },
  },
  {
    row: 55,
    what: 'the secret cannot be read',
    inject: (plan, chance) => {
      plan.refuses.push({ operation: 'GetSecretValue', first: chance.whole(1, 3) });
    },
  },
  {
    row: 56,
    what: 'the ledger forgets on time, or not at all: systems end with what time to live takes away',
    inject: (plan) => {
      arrivalOf(plan).events.push(91 * 86_400);
    },
  },
  {
    row: 57,
    what: 'the recording step dies after its write',
    inject: (plan, chance) => blow(plan, chance, 'kill after', 25, 34),
  },
  {
    row: 59,
    what: 'the event comes hours late, and so do its copies',
    inject: (plan, chance) => {
      const late = chance.whole(1, 20) * 3600;
      arrivalOf(plan).events = [late, late + 1];
    },
  },
];
