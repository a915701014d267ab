import { App } from 'aws-cdk-lib';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { bundle } from './bundle.ts';
import { Config } from './config.ts';
import { functionNames } from './functions.ts';
import { acknowledgeFindings, checkPolicies } from './policy.ts';
import { FaceRevalidationStack } from './stack.ts';

const app = new App();
checkPolicies(app);
// CDK's own settings have a colon or an @ in their names; whatever is left is meant for us, so a typo is an error.
const chosen = Object.entries(app.node.getAllContext()).filter(([name]) => !/[:@]/.test(name));
const { success, data: config, error } = Config.safeParse(Object.fromEntries(chosen));
if (!success)
  throw new Error(
    `configuration: ${error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ')}`,
  );

const folderOf = bundle(functionNames);
const stack = new FaceRevalidationStack(app, `face-revalidation-${config.stage}`, {
  config,
  codeOf: (name) => Code.fromAsset(folderOf(name)),
});
acknowledgeFindings(stack);
