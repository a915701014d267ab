import { extname, join } from 'node:path';

/** Whether this is the package, which holds JavaScript, and not a clone, which holds TypeScript. */
export const isPackage = extname(import.meta.filename) === '.js';

/** The words that call a command here: npm has short cuts in a clone. */
export const wordsFor = (command: 'start' | 'drop' | 'capture'): string => {
  if (isPackage) return `npx face-revalidation ${command}`;
  return command === 'start' ? 'npm start' : `npm run -s ${command} --`;
};

/** A photo to try a command with, as a person types it in the folder of the project. */
export const examplePhoto = join(
  isPackage ? 'node_modules/face-revalidation/dist' : '.',
  'infra/local/media/selfie.jpg',
);

/** The documents that help and remedies name. The package has them too. */
export const documents = [
  'infra/aws/README.md',
  'infra/aws/RUNBOOK.md',
  'infra/aws/RESTORE.md',
  'infra/local/README.md',
] as const;

/** Where a document is, as a person opens it from the folder of the project. */
export const documentAt = (path: (typeof documents)[number]): string =>
  isPackage ? `node_modules/face-revalidation/dist/${path}` : path;
