import { type LogEnvKey, logEnv } from './env.ts';

/** The levels of Powertools and of Lambda, from the most to the least. Lambda says FATAL for CRITICAL. */
const ranks: Readonly<Record<string, number>> = {
  TRACE: 0,
  DEBUG: 1,
  INFO: 2,
  WARN: 3,
  ERROR: 4,
  CRITICAL: 5,
  FATAL: 5,
  SILENT: 6,
};

export type LogLevel = 'INFO' | 'WARN' | 'ERROR';

const rankOf = (variable: LogEnvKey): number => ranks[logEnv(variable)?.toUpperCase() ?? ''] ?? 0;

/**
 * Whether a line of this level is written. The stricter of two variables counts: `POWERTOOLS_LOG_LEVEL` of the deployment, and
 * `AWS_LAMBDA_LOG_LEVEL`, below which Lambda would drop the line. Unknown words limit nothing: a typo must not hide errors.
 */
export const isLogged = (level: LogLevel): boolean =>
  (ranks[level] ?? 0) >= Math.max(rankOf('POWERTOOLS_LOG_LEVEL'), rankOf('AWS_LAMBDA_LOG_LEVEL'));
