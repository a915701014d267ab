import { registerHooks } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = join(import.meta.dirname, '../../..');

const urlOf = (file: string) => pathToFileURL(join(root, file)).href;

/** One place of the product's source and what stands there instead: a guard taken away. */
export type Mutation = { file: string; find: string; replace: string };

/** The product's own transports give way to the system's, except to those themselves, which rest on their errors. */
const swaps: Record<string, string> = {
  [urlOf('shared/truora/http.ts')]: urlOf('test/simulation/truora/transport.ts'),
  [urlOf('shared/aws/signed-call.ts')]: urlOf('test/simulation/aws/signed-call.ts'),
};

/**
 * Decides what the process loads from here on.
 * @param files of the product that another takes the place of, both from the root
 * @param mutations whose text has to be found, or loading fails
 */
export const installHooks = ({
  files = {},
  mutations = [],
}: {
  files?: Readonly<Record<string, string>>;
  mutations?: readonly Mutation[];
} = {}): void => {
  const others = new Map(Object.entries(files).map(([from, to]) => [urlOf(from), urlOf(to)]));
  registerHooks({
    resolve: (specifier, context, nextResolve) => {
      const resolved = nextResolve(specifier, context);
      // What takes a file's place may still rest on it.
      const isOwn = /\/test\/simulation\/(designs|truora|aws)\//.test(context.parentURL ?? '');
      const url = others.get(resolved.url) ?? swaps[resolved.url];
      return url && !isOwn ? { ...resolved, url } : resolved;
    },
    load: (url, context, nextLoad) => {
      const loaded = nextLoad(url, context);
      const wanted = mutations.filter(({ file }) => urlOf(file) === url);
      if (wanted.length === 0) return loaded;
      let source = String(loaded.source);
      for (const { find, replace } of wanted) {
        const parts = source.split(find);
        if (parts.length !== 2) throw new Error(`${fileURLToPath(url)} holds ${parts.length - 1} times: ${find}`);
        source = parts.join(replace);
      }
      return { ...loaded, source };
    },
  });
};
