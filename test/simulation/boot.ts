import { installSdk } from './aws/sdk.ts';
import { say } from './simulation.ts';
import { installChance } from './virtual/chance.ts';
import { installClock } from './virtual/clock.ts';
import { invocationNow } from './virtual/effects.ts';
import { loadFunctions } from './virtual/functions.ts';

/** Turns this process into a place where systems can run. The hooks on loading have to be installed before. */
export const boot = async (): Promise<void> => {
  // The region and credentials of AWS; no call is made.
  Object.assign(process.env, { AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'chaos', AWS_SECRET_ACCESS_KEY: 'chaos' });
  installSdk();
  await loadFunctions(say);
  installChance();
  installClock(invocationNow);
};
