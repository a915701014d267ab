import { App } from 'aws-cdk-lib';
import { compose } from './compose.ts';

const app = new App();

compose(app);
