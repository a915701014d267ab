import { type Plan, type Simulated, simulate } from './simulation.ts';

const ROWS = 4;

/** What does not hold of a campaign that has ended or was canceled. */
const brokenIn = (plan: Plan, { view, charges, mostCharges, unfinished, results, announced }: Simulated): string[] => {
  const { status, counts } = view;
  const checks: Record<string, boolean> = {
    'a row is charged twice': mostCharges > 1,
    'a run that has begun did not finish': unfinished > 0,
    'it has no end': status !== 'ended' && status !== 'canceled',
    'a row has no result': status === 'ended' && (results !== ROWS || counts.ended !== ROWS || charges !== ROWS),
    'a row that was charged has no result':
      status === 'canceled' && results > 0 && counts.ended - (counts.byStatus.not_run ?? 0) !== charges,
    'its end is not announced under one id': new Set(announced).size !== 1,
  };
  return Object.entries(checks).flatMap(([what, isBroken]) => (isBroken ? [`${what}: ${JSON.stringify(plan)}`] : []));
};

/** The cases of a campaign that makes so many effects. */
const plansOf = (plan: Plan, effects: number): Plan[] => {
  const each = Array.from({ length: effects }, (_, n) => n + 1);
  const faults = (['before', 'after', 'killed'] as const).flatMap((kind) =>
    each.map((nth) => ({ ...plan, fault: { nth, kind } })),
  );
  const controls = (['pause', 'cancel'] as const).flatMap((control) =>
    each.flatMap((nth) => [
      { ...plan, control: { nth, control } },
      ...[1, 2].map((later) => ({
        ...plan,
        control: { nth, control },
        fault: { nth: nth + later, kind: 'killed' as const },
      })),
    ]),
  );
  return [...faults, ...controls];
};

export type Tried = { effects: number; runs: number; broken: string[] };

/**
 * Small campaigns: each effect fails before it happened, after it, or with the whole execution; a person pauses (and resumes) or cancels
 * at each effect; and the execution is killed at one of the effects that follow.
 * @param every tries one case of so many: 1 tries all
 * @param onRun gets the number of the case, of all, and what does not hold in it
 */
export const tryEach = async (
  seed: number,
  every: number,
  onRun: (run: number, of: number, broken: readonly string[]) => void,
): Promise<Tried> => {
  const plan: Plan = { seed, rows: ROWS, pace: 5, limit: 2, mostSeconds: 3600 };
  const plain = await simulate(plan);
  const broken = brokenIn(plan, plain);
  const plans = plansOf(plan, plain.effects).filter((_, n) => n % every === seed % every);
  for (const [n, one] of plans.entries()) {
    const found = brokenIn(one, await simulate(one));
    broken.push(...found);
    onRun(n + 1, plans.length, found);
  }
  return { effects: plain.effects, runs: plans.length + 1, broken };
};
