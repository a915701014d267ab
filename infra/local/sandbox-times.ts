import type { Config } from '../aws/config.ts';

/** Short times, so that a person sees every ending: against the sandbox nothing takes long. Seconds. */
export const sandboxTimes = { callbackTimeoutSeconds: 2, httpDeadlineSeconds: 2, settleSeconds: 1, graceSeconds: 1 };

/** Retries against the sandbox come twenty times as fast: 2 s become 0.1 s. */
export const SANDBOX_PACE = 0.05;

/** A loopback stand-in may hand out upload links on its own origin; the real Truora may not. */
export const ownUploads = (origin: string): Pick<Config, 'uploadOrigins'> | undefined =>
  /^http:\/\/(127\.0\.0\.1|\[::1\]|localhost)(:\d+)?$/.test(origin) ? { uploadOrigins: [origin] } : undefined;
