import { englishErrors } from '../../shared/domain/parse.ts';
import { Config } from '../aws/config.ts';
import { ownUploads, sandboxTimes } from './sandbox-times.ts';

/** Where a page of a developer is served, such as the example of an upload from a browser. */
const PAGE_ORIGINS = ['http://localhost:8000', 'http://127.0.0.1:8000'];

/** The settings of the local system: short times with the sandbox, polling with any other Truora, which cannot reach this machine. */
export const localConfig = (
  truoraOrigin: string,
  { isSandbox, given }: { isSandbox: boolean; given: Partial<Config> | undefined },
): Config =>
  Config.parse(
    {
      stage: 'local',
      truoraOrigin,
      corsOrigins: PAGE_ORIGINS,
      // Its routes; its pages are served by `start`.
      console: true,
      ...ownUploads(truoraOrigin),
      ...(isSandbox ? sandboxTimes : { resultMode: 'poll' }),
      ...given,
    },
    englishErrors,
  );
