import { consentFolder } from '../../aws/consent-texts.ts';
import { type ConsoleServer, startConsole } from '../../console/serve/server.ts';
import type { Role } from '../../console/serve/sessions.ts';
import { siteFolder } from '../../console/site.ts';
import type { LocalSystem } from '../../local/local-system.ts';
import type { Context } from './context.ts';

/** A link to the console for each role. */
export type Links = Record<Role, string>;

/** The identity of the local API that signs the calls of a role. */
const identities: Record<Role, string> = { writer: 'AKIALOCALWRITER', reader: 'AKIALOCALREADER' };

const signerOf = (system: LocalSystem, role: Role) => {
  const accessKeyId = identities[role];
  return { accessKeyId, secretAccessKey: system.identities.get(accessKeyId)?.secret ?? '' };
};

/** The operator's console beside a local system: it is announced to before it is served, since events come from the start. */
export const openConsole = (context: Pick<Context, 'print' | 'log' | 'onEnd'>) => {
  let server: ConsoleServer | undefined;
  return {
    announce: (): void => server?.announce(),
    serve: async (system: LocalSystem, port: number): Promise<Links> => {
      const opened = await startConsole({
        site: siteFolder(() => context.log('the pages of the console are built; it takes some seconds')),
        texts: consentFolder,
        api: system.apiOrigin,
        bucket: `${system.s3Origin}/${system.bucket}`,
        signers: { writer: signerOf(system, 'writer'), reader: signerOf(system, 'reader') },
        port,
        hasCampaigns: system.config.campaigns,
        onUsed: (role) => context.print(`The console for another browser: ${opened.link(role)}`),
      });
      context.onEnd(() => opened.close());
      system.showCaptureAt(opened.captureUrl);
      server = opened;
      return { writer: opened.link('writer'), reader: opened.link('reader') };
    },
  };
};
