import { type Session, type SessionFile, SignedOutError } from './session.ts';

/**
 * The session of this page.
 * @returns undefined while the browser leaves for the sign-in
 * @throws SignedOutError
 */
export const openSession = async (): Promise<Session | undefined> => {
  const answer = await fetch('./session.json', { cache: 'no-store' });
  if (!answer.ok) throw new SignedOutError();
  const file = (await answer.json()) as SessionFile;
  if (file.kind === 'local') {
    const { canWrite, hasCampaigns } = file;
    const campaigns = hasCampaigns ? { canWrite } : undefined;
    return { canWrite, campaigns, headers: async () => ({}), hasEvents: true };
  }
  // Only a stage signs in, so the local page does not load this.
  const { signIn } = await import('./sign-in.ts');
  return signIn(file);
};
