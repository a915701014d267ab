import { App } from 'aws-cdk-lib';
import { inWords } from '../../shared/domain/refuse.ts';
import { Config } from './config.ts';
import { acknowledgeFindings, checkPolicies } from './policy.ts';
import { FaceRevalidationStack } from './stack.ts';

const app = new App();
checkPolicies(app);
// CDK's own settings have a colon or an @ in their names; whatever is left is meant for us, so a typo is an error.
const chosen = Object.entries(app.node.getAllContext()).filter(([name]) => !/[:@]/.test(name));
const { success, data: config, error } = Config.safeParse(Object.fromEntries(chosen), inWords);
if (!success)
  throw new Error(
    `configuration: ${error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ')}`,
  );

const stack = new FaceRevalidationStack(app, `face-revalidation-${config.stage}`, { config });
acknowledgeFindings(stack, config.stage);
