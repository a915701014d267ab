/** What a person or a system may ask of a campaign. */
export const controls = ['start', 'pause', 'resume', 'cancel'] as const;

export type Control = (typeof controls)[number];
