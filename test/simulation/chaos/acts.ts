import type { SimulatedSystem } from '../simulation.ts';
import { clock, EPOCH } from '../virtual/clock.ts';
import type { FunctionName } from '../virtual/functions.ts';
import { arrivalOf, type Plan } from './fault.ts';
import type { Arrival } from './faults.ts';
import type { momentsOf } from './moments.ts';
import type { Dropped } from './run.ts';

/** A call of the API's, as the gateway hands it on. */
export const callOn = (pathParameters: Record<string, string>) => ({
  headers: {},
  pathParameters,
  queryStringParameters: { reason: 'request_of_person' },
  requestContext: { authorizer: { iam: { userArn: 'arn:aws:sts::000000000000:assumed-role/Writer/session' } } },
});

type Scene = {
  plan: Plan;
  system: SimulatedSystem;
  moments: ReturnType<typeof momentsOf>;
  dropped: readonly Dropped[];
  drop: (arrival: Arrival) => void;
  receiptOf: (accountId: string) => string | undefined;
  /** Lets the sweeps go on. */
  wake: () => void;
};

/** Lets people, operators and strangers act on a system at the moments of its plan. */
export const bringActs = ({ plan, system, moments, dropped, drop, receiptOf, wake }: Scene): void => {
  const { tamper, interruption, consent } = plan;
  const { accountId } = arrivalOf(plan);
  const call = (name: FunctionName, path: Record<string, string>) => {
    wake();
    void system.call(name, callOn(path));
  };
  const at = (seconds: number, act: () => void) => clock.at(EPOCH + seconds * 1000, act);

  if (tamper) {
    at(tamper.at, () => {
      const [one] = dropped;
      if (!one) return;
      if (tamper.kind === 'delete') system.bucket.remove(one.version);
      // What lies there now is a drop of its own, without an event.
      else drop({ ...one.arrival, body: 'photo', putAt: tamper.at, events: [] });
    });
  }
  for (const { dress, at: when } of plan.strangers) {
    at(when, () => {
      const [validation] = system.truora.charged;
      const sending = { event: 'final', from: 'decided', after: 0 } as const;
      if (validation) system.truora.call(dress === 'replay' ? sending : { ...sending, dress }, validation);
    });
  }
  for (const moment of consent?.revokedAt ?? []) {
    moments.at(moment, () => call('RevokeConsent', { id: receiptOf(accountId) ?? '' }));
  }
  for (const moment of plan.erasedAt) moments.at(moment, () => call('EraseAccount', { accountId }));

  /** The case of the first execution. */
  const caseOf = (executionArn: string | undefined): string | undefined =>
    system.itemsOf('RUN').find(({ owner }) => owner?.S === executionArn)?.revalidationId?.S;
  if (plan.otherWayAt !== undefined) {
    moments.at(plan.otherWayAt, () => {
      const id = caseOf(dropped[0]?.executions[0]?.executionArn);
      if (id) call('ChooseAlternative', { id });
    });
  }
  if (interruption) {
    at(interruption.at, () => {
      const [execution] = dropped[0]?.executions ?? [];
      if (execution?.status !== 'RUNNING') return;
      if (interruption.by === 'operator') return system.machine.stop(execution.executionArn);
      const id = caseOf(execution.executionArn);
      if (id) call('CancelRevalidation', { id });
    });
  }
};
