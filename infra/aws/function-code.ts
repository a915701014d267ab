import { extname, join } from 'node:path';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { type FunctionName, fileOf, functionNames } from '../../shared/workflow/functions.ts';
import { bundle } from './bundle.ts';

/** Where the build puts the bundle of each function, beside the compiled `infra/`. */
export const PREBUILT = 'bundles';

/** The repository holds TypeScript, the package JavaScript and the bundles. */
const isPackage = extname(import.meta.filename) === '.js';

const prebuilt = join(import.meta.dirname, '../..', PREBUILT);

/** The functions' code: bundled from `functions/` in the repository, and as it was built in the package. */
export const functionCode = (): ((name: FunctionName) => Code) => {
  const { folderOf } = isPackage
    ? { folderOf: (name: FunctionName) => join(prebuilt, fileOf(name)) }
    : bundle(functionNames);
  return (name) => Code.fromAsset(folderOf(name));
};
