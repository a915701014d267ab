import {
  CloudFormationClient,
  DescribeStacksCommand,
  paginateListStackResources,
} from '@aws-sdk/client-cloudformation';
import type { Deployment, StackResource } from '../../local/deployment.ts';

/** The name of the stack of a stage. */
export const stackOf = (stage: string): string => `face-revalidation-${stage}`;

/** The outputs and resources of the stack of a stage. @returns undefined when there is no such stack */
export const readStack = async (stage: string): Promise<Deployment | undefined> => {
  const client = new CloudFormationClient({});
  const StackName = stackOf(stage);
  try {
    const { Stacks = [] } = await client.send(new DescribeStacksCommand({ StackName }));
    const outputs = (Stacks[0]?.Outputs ?? []).map(({ OutputKey = '', OutputValue = '' }) => [OutputKey, OutputValue]);
    const resources: StackResource[] = [];
    for await (const { StackResourceSummaries = [] } of paginateListStackResources({ client }, { StackName })) {
      for (const {
        LogicalResourceId: id = '',
        ResourceType: type = '',
        PhysicalResourceId: ref = '',
      } of StackResourceSummaries)
        resources.push({ id, type, ref });
    }
    return { outputs: Object.fromEntries(outputs), resources };
  } catch (error) {
    // CloudFormation answers a ValidationError with this sentence (seen).
    if (/does not exist/.test((error as Error).message)) return undefined;
    throw error;
  } finally {
    client.destroy();
  }
};
