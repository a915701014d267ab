const receiver = { 'functions/receive-webhook.ts': 'test/simulation/designs/resume-stored-token.ts' };

/** The published designs, by which of our files they take the place of. */
export const designs: Record<string, Readonly<Record<string, string>>> = {
  'token stored after the start': {
    ...receiver,
    'functions/move-media.ts': 'test/simulation/designs/start-nothing.ts',
    'functions/await-webhook.ts': 'test/simulation/designs/token-after-start.ts',
  },
  'token stored in the next state': {
    ...receiver,
    'functions/await-webhook.ts': 'test/simulation/designs/token-in-next-state.ts',
  },
};
