/** The campaign gives no more turns: it is pausing, paused, canceled or over. The row is not begun, and its child ends. */
export class CampaignHeldError extends Error {
  override readonly name = 'CampaignHeldError';
}

/** No turn is free within a minute and a half, or creating validations is switched off. The state machine asks again later. */
export class TurnFarError extends Error {
  override readonly name = 'TurnFarError';
}
