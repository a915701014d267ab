import type { LocalSystem } from '../../infra/local/local-system.ts';
import { newRevalidationId } from '../../shared/domain/ids.ts';
import type { calling } from './callers.ts';

type Tools = {
  system: LocalSystem;
  call: ReturnType<typeof calling>;
  stand: (item: { pk: string } & Record<string, unknown>) => Promise<unknown>;
};

/** A day on which nothing else happens here. */
const DAY = '2026-11-23';

/** What has to happen for each permission of the operator's console to be used. */
export const consoleRuns = ({ system, call, stand }: Tools): Record<string, () => Promise<unknown>> => {
  const read = async (line: string) => {
    const { status } = await call(line);
    if (status !== 200) throw new Error(`${line} was answered ${status}`);
  };
  return {
    'an operator who looks at a day, an open case and the health, and has the case followed up': async () => {
      const revalidationId = newRevalidationId();
      const owner = `${system.machine.arn.replace(':stateMachine:', ':execution:')}:unknown`;
      const record = { revalidationId, owner, phase: 'claimed', claimedAt: `${DAY}T10:00:00.000Z`, trail: [] };
      await stand({ pk: `RUN#${revalidationId}`, day: DAY, ...record });
      await read(`GET /days/${DAY}/cases`);
      await read(`GET /days/${DAY}`);
      await read(`GET /revalidations/${revalidationId}/case`);
      await read('GET /health');
      await read(`POST /revalidations/${revalidationId}/follow-up`);
    },
  };
};
