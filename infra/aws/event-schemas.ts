import { CfnRegistry, CfnSchema } from 'aws-cdk-lib/aws-eventschemas';
import { Construct } from 'constructs';
import { CAMPAIGN_ENDED } from '../../shared/campaigns/announcement.ts';
import amended from '../../shared/contracts/amended.json' with { type: 'json' };
import campaignEnded from '../../shared/contracts/campaign-ended.json' with { type: 'json' };
import ended from '../../shared/contracts/ended.json' with { type: 'json' };
import { AMENDED, ENDED, EVENT_SOURCE } from '../../shared/domain/announcement.ts';
import type { Config } from './config.ts';

/** A published JSON schema, as far as it is read here. */
type Detail = {
  $schema: string;
  title: string;
  description: string;
  type: string;
  properties: object;
  required: string[];
  examples: unknown[];
};

const text = { type: 'string' };

/** Fields that EventBridge adds to each event (documented: "Amazon EventBridge events"). */
const envelope = {
  version: text,
  id: text,
  source: text,
  'detail-type': text,
  account: text,
  region: text,
  time: { type: 'string', format: 'date-time' },
  resources: { type: 'array', items: text },
};

/**
 * An event as OpenAPI 3.0, the form from which EventBridge makes code bindings and in which it publishes AWS's own events
 * (documented). OpenAPI 3.0 has no `$schema` and no `examples`.
 */
export const openApiOf = (detailType: string, { $schema: _, title, examples, description, ...detail }: Detail) => ({
  openapi: '3.0.0',
  info: { title: detailType, version: '1.0.0', description },
  paths: {},
  components: {
    schemas: {
      AWSEvent: {
        type: 'object',
        required: [...Object.keys(envelope), 'detail'],
        'x-amazon-events-detail-type': detailType,
        'x-amazon-events-source': EVENT_SOURCE,
        properties: { ...envelope, detail: { $ref: `#/components/schemas/${title}` } },
      },
      [title]: { ...detail, description, example: examples[0] },
    },
  },
});

/**
 * The schemas of our events in a registry of their own, made from the published ones. Functions need no permission for it, and a
 * registry costs nothing: only the discovery of schemas is charged (documented), and none is on.
 */
export class EventSchemas extends Construct {
  constructor(scope: Construct, id: string, { stage, campaigns }: Pick<Config, 'stage' | 'campaigns'>) {
    super(scope, id);
    const registry = new CfnRegistry(this, 'Registry', {
      registryName: `face-revalidation-${stage}`,
      description: 'The events that re-validations announce.',
    });
    const publish = (detailType: string, detail: Detail) =>
      new CfnSchema(this, detail.title, {
        registryName: registry.attrRegistryName,
        // The form of the names that EventBridge itself gives: source@DetailType, without blanks.
        schemaName: `${EVENT_SOURCE}@${detailType.replaceAll(' ', '')}`,
        type: 'OpenApi3',
        description: detail.description,
        content: JSON.stringify(openApiOf(detailType, detail)),
      });
    publish(ENDED, ended);
    publish(AMENDED, amended);
    if (campaigns) publish(CAMPAIGN_ENDED, campaignEnded);
  }
}
