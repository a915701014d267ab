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

/**
 * Small campaigns: each effect fails before it happened, after it, or with the whole execution; a person pauses (and resumes) or cancels
 * at each effect; and the execution is killed at one of the effects that follow.
 */
export const tryEach = async (seed: number): Promise<{ effects: number; runs: number; broken: string[] }> => {
  const plan: Plan = { seed, rows: ROWS, pace: 5, limit: 2, mostSeconds: 3600 };
  const plain = await simulate(plan);
  const broken = brokenIn(plan, plain);
  let runs = 1;
  const check = async (of: Plan) => {
    runs += 1;
    broken.push(...brokenIn(of, await simulate(of)));
  };
  for (let nth = 1; nth <= plain.effects; nth += 1) {
    for (const kind of ['before', 'after', 'killed'] as const) await check({ ...plan, fault: { nth, kind } });
    for (const control of ['pause', 'cancel'] as const) {
      await check({ ...plan, control: { nth, control } });
      for (let later = 1; later <= 2; later += 1) {
        await check({ ...plan, control: { nth, control }, fault: { nth: nth + later, kind: 'killed' } });
      }
    }
  }
  return { effects: plain.effects, runs, broken };
};
