import type { Access } from '../../../shared/aws/signed-call.ts';
import { checkpoint } from '../virtual/effects.ts';
import { type Aws, ask, nameOf } from './sdk.ts';

export type { Access };

const services: Record<string, keyof Aws> = { dynamodb: 'dynamodb', secretsmanager: 'secrets' };

/** Takes the place of the product's small signed call: the same services as the SDK's, through the same checkpoint. */
export const awsJson = (
  _: Access,
  service: string,
  operation: string,
  input: object,
): Promise<Record<string, unknown>> =>
  checkpoint(nameOf(operation, input), () => {
    const of = services[service];
    if (!of) throw new TypeError(`${service} is not served`);
    return ask(of, operation, input) as Record<string, unknown>;
  });
