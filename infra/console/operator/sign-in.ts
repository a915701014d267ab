import { UserManager, WebStorageStateStore } from 'oidc-client-ts';
import { type Session, type SessionFile, SignedOutError } from './session.ts';

/** Signs in with PKCE. Tokens stay in the storage of this tab, which the browser empties with the tab. */
export const signIn = async (file: Extract<SessionFile, { kind: 'oidc' }>): Promise<Session | undefined> => {
  const page = new URL('.', window.location.href).href;
  const inTab = () => new WebStorageStateStore({ store: window.sessionStorage });
  const manager = new UserManager({
    authority: file.issuer,
    client_id: file.clientId,
    redirect_uri: page,
    post_logout_redirect_uri: page,
    scope: ['openid', file.readScope, file.writeScope, file.operateScope].filter(Boolean).join(' '),
    userStore: inTab(),
    stateStore: inTab(),
  });
  if (new URLSearchParams(window.location.search).has('code')) {
    const { url_state: hash = '' } = await manager.signinCallback().then((user) => user ?? { url_state: '' });
    window.history.replaceState(null, '', `${page}${hash}`);
  }
  const user = await manager.getUser();
  if (!user || user.expired) {
    await manager.signinRedirect({ url_state: window.location.hash });
    return undefined;
  }
  return {
    canWrite: user.scopes.includes(file.writeScope),
    campaigns: file.operateScope === undefined ? undefined : { canWrite: user.scopes.includes(file.operateScope) },
    headers: async () => {
      const current = await manager.getUser();
      if (!current || current.expired) throw new SignedOutError();
      return { authorization: `Bearer ${current.access_token}` };
    },
    hasEvents: false,
    signOut: async () => {
      await manager.removeUser();
      window.location.reload();
    },
  };
};
