import { App } from 'aws-cdk-lib';
import { compose } from './compose.ts';
import { StageError } from './stage-file.ts';

const app = new App();

try {
  compose(app);
} catch (error) {
  if (!(error instanceof StageError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exit(2);
}
