/** A finding of cdk-nag that is accepted: where it is found, and why. */
export type Acknowledged = { rule: string; where: RegExp; reason: string };

const MACHINE = /Campaigns\/Role\/DefaultPolicy$/;

/** The policy of the people who run campaigns. */
const PEOPLE = /Campaigns\/Permissions$/;

/** The accepted findings of a deployment with campaigns, beside the others. */
export const campaignFindings = (partOf: (service: string) => string, stage: string): Acknowledged[] => [
  {
    rule: 'AwsSolutions-IAM5[Resource::<StorageMedia9333CB25.Arn>/campaigns/*]',
    where:
      /(Functions\/(ClaimRequest|CreateValidation|MoveMedia|ReadManifest|SumUp|PlanCampaign|StartCampaign)ServiceRole|Campaigns\/Role)\/DefaultPolicy$/,
    reason: 'The objects of a campaign are under its id, and its media in a folder that the caller chooses.',
  },
  {
    rule: 'AwsSolutions-IAM5[Resource::<StorageMedia9333CB25.Arn>/campaigns/*/media/*]',
    where: /Functions\/(SweepLedger|RevokeConsent)ServiceRole\/DefaultPolicy$/,
    reason: 'Media of campaigns is in a folder that the caller chooses; nothing else of a campaign is deleted.',
  },
  ...(['inbox', 'media'] as const).map((folder) => ({
    rule: `AwsSolutions-IAM5[Resource::<StorageMedia9333CB25.Arn>/${folder}/*]`,
    where: /Functions\/ReadManifestServiceRole\/DefaultPolicy$/,
    reason: `Media can be anywhere under ${folder}/: its key names the person and is not known at deployment.`,
  })),
  ...[`face-revalidation-${stage}`, `face-revalidation-${stage}-campaigns`].map((machine) => ({
    rule: `AwsSolutions-IAM5[Resource::arn:${partOf('states')}:<AWS::AccountId>:execution:${machine}:*]`,
    where: MACHINE,
    reason: 'The name of an execution is not known at deployment, so only its machine can be named.',
  })),
  {
    rule: `AwsSolutions-IAM5[Resource::arn:${partOf('states')}:<AWS::AccountId>:execution:face-revalidation-${stage}-campaigns:*]`,
    where: /Functions\/(Plan|Start|Pause|Resume|Cancel)CampaignServiceRole\/DefaultPolicy$/,
    reason: 'The name of an execution is not known at deployment, so only its machine can be named.',
  },
  ...['campaigns/*', 'campaigns/manifests/*'].map((folder) => ({
    rule: `AwsSolutions-IAM5[Resource::<StorageMedia9333CB25.Arn>/${folder}]`,
    where: PEOPLE,
    reason: 'Manifests have the names of files, and the results of a campaign are under its id.',
  })),
  ...[
    'GET/campaigns',
    'POST/campaigns',
    'GET/campaigns/*',
    ...['start', 'pause', 'resume', 'cancel'].map((one) => `POST/campaigns/*/${one}`),
  ].map((route) => ({
    rule: `AwsSolutions-IAM5[Resource::arn:${partOf('execute-api')}:<AWS::AccountId>:<RevalidationApiCA071419>/*/${route}]`,
    where: PEOPLE,
    reason: 'The people who run campaigns may call these routes about every campaign.',
  })),
  {
    rule: 'AwsSolutions-IAM5[Resource::*]',
    where: MACHINE,
    reason: 'Log delivery and X-Ray have no resource types, so AWS documents their actions with `*`.',
  },
];

/** Every wildcard of a deployment with campaigns, beside those of `cdk-nag.ts`. */
export const campaignWildcards: readonly { actions: RegExp; resource: RegExp; reason: string }[] = [
  {
    actions: /^s3:(GetObject(Version)?|PutObject|ListMultipartUploadParts|AbortMultipartUpload)$/,
    resource: /^arn:aws:s3:::[^/*?]+\/campaigns\/\*$/,
    reason: 'The objects of a campaign are under its id, and its media in a folder that the caller chooses.',
  },
  {
    actions: /^s3:DeleteObjectVersion$/,
    resource: /^arn:aws:s3:::[^/*?]+\/campaigns\/\*\/media\/\*$/,
    reason: 'Media of campaigns is in a folder that the caller chooses; nothing else of a campaign is deleted.',
  },
];
