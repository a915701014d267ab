import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { type BuildOptions, build, type Plugin } from 'esbuild';

/**
 * The SDK writes the keys of its schemas as `[_hH]`, names of constants. A bundler must take such a key for code that may do
 * anything, and so keeps the schema of every call there is: 63 KB of S3's. Written out, only those of our own calls stay.
 */
const literalKeys: Plugin = {
  name: 'literal-keys',
  setup: ({ onLoad }) => {
    onLoad({ filter: /client-[\w-]+[\\/]dist-es[\\/]schemas[\\/]\w+\.js$/ }, async ({ path }) => {
      const source = await readFile(path, 'utf8');
      const texts = new Map([...source.matchAll(/^const (\w+) = ("[^"\\]*");$/gm)].map(([, name, is]) => [name, is]));
      if (texts.size === 0) throw new Error(`${path} is not written as it was: its keys cannot be told`);
      return {
        contents: source.replace(/([{,]\s*)\[(\w+)\]:/g, (all, before, name) =>
          texts.has(name) ? `${before}${texts.get(name)}:` : all,
        ),
      };
    });
  },
};

/** A client's whole package.json comes along for its version: 2 KB of each. */
const versionOnly: Plugin = {
  name: 'version-only',
  setup: ({ onLoad }) => {
    onLoad({ filter: /client-[\w-]+[\\/]package\.json$/ }, async ({ path }) => {
      const { version } = JSON.parse(await readFile(path, 'utf8'));
      return { contents: JSON.stringify({ version }), loader: 'json' };
    });
  },
};

// A process of its own: esbuild takes plugins only where it may answer later, and what CDK constructs cannot wait.
const options: BuildOptions = JSON.parse(await text(process.stdin));

const { metafile } = await build({ ...options, plugins: [literalKeys, versionOnly] });

process.stdout.write(JSON.stringify(metafile));
