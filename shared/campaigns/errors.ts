import type { ManifestReason } from './campaign.ts';

/** The campaign gives no more turns: it is pausing, paused, canceled or over. The row is not begun, and its child ends. */
export class CampaignHeldError extends Error {
  override readonly name = 'CampaignHeldError';
}

/** No turn is free yet, or creating validations is switched off. The state machine asks again within a minute. */
export class TurnFarError extends Error {
  override readonly name = 'TurnFarError';
}

/** No turn is free, and many rows wait. The state machine asks again within a few minutes, because each time is billed. */
export class QueueLongError extends Error {
  override readonly name = 'QueueLongError';
}

/** A fault of the whole manifest. `line` is where it was found; its text names no value. */
export class ManifestError extends Error {
  override readonly name = 'ManifestError';
  readonly reason: ManifestReason;
  readonly line: number | undefined;
  constructor(reason: ManifestReason, line?: number) {
    super(`${reason}${line === undefined ? '' : `: line ${line}`}`);
    this.reason = reason;
    this.line = line;
  }
}

/** A record that cannot be read as a row. */
export class RowFault extends Error {
  override readonly name = 'RowFault';
  readonly field: string;
  readonly rule: string;
  constructor(field: string, rule: string) {
    super(`${field}: ${rule}`);
    this.field = field;
    this.rule = rule;
  }
}
