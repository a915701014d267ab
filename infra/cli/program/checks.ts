import { randomBytes } from 'node:crypto';
import { sendableKey } from '../../../shared/domain/sendable-key.ts';
import { daysLeft } from '../../../shared/truora/api-key.ts';
import { keysOf, signWebhook } from '../../../shared/truora/webhook.ts';
import { readSecretValue } from '../aws/secrets.ts';
import { type Connected, outputOf } from './deployment.ts';
import { documentAt } from './installation.ts';

/** What a check found. `remedy` says what to do about a failure. */
export type Found = { isOk: true; detail: string } | { isOk: false; detail: string; remedy: string };

export const ok = (detail: string): Found => ({ isOk: true, detail });

export const failed = (detail: string, remedy: string): Found => ({ isOk: false, detail, remedy });

const AFTER = `${documentAt('infra/aws/README.md')}, "After a deploy"`;

/** The least days that a key should still be valid; KeyExpiry alarms below it. */
const LEAST_DAYS = 30;

const needed = [
  'ApiUrl',
  'MediaBucket',
  'LedgerTable',
  'MachineArn',
  'EventBus',
  'WebhookUrl',
  'TruoraKeySecret',
  'WebhookKeysSecret',
  'AlarmTopic',
];

export const checkOutputs = async ({ outputs }: Connected): Promise<Found> => {
  const missing = needed.filter((name) => outputs[name] === undefined);
  if (missing.length === 0) return ok(`${needed.length} outputs of the stack`);
  return failed(`the stack has no ${missing.join(', ')}`, 'deploy the stage again with this version');
};

export const checkTruoraKey = async (connected: Connected): Promise<Found> => {
  const stored = (await readSecretValue(outputOf(connected, 'TruoraKeySecret')))?.trim() ?? '';
  const remedy = 'face-revalidation keys rotate truora FILE, with a key of the type backend';
  if (stored === '') return failed('the secret has no value', remedy);
  try {
    sendableKey(stored);
  } catch (error) {
    return failed((error as Error).message, remedy);
  }
  const left = daysLeft(stored, new Date());
  if (left === undefined) return ok('it is set; it names no end date, so no alarm will warn you');
  if (left < 0) return failed(`it ended ${-left} days ago`, remedy);
  return left < LEAST_DAYS
    ? failed(`it ends in ${left} days`, remedy)
    : ok(`it is set, and valid for ${left} more days`);
};

export const checkWebhookKeys = async (connected: Connected): Promise<Found> => {
  const keys = keysOf((await readSecretValue(outputOf(connected, 'WebhookKeysSecret'))) ?? '');
  if (keys.length > 0) return ok(`${keys.length} set`);
  return failed('the secret holds no list of keys', `face-revalidation keys rotate webhook FILE; ${AFTER}`);
};

/** A signed webhook about a validation of another system is answered 200 and ignored; an unsigned one is refused. */
export const checkWebhook = async (connected: Connected): Promise<Found> => {
  const [key] = keysOf((await readSecretValue(outputOf(connected, 'WebhookKeysSecret'))) ?? '').slice(-1);
  if (key === undefined) return failed('there is no key to sign with', AFTER);
  const url = outputOf(connected, 'WebhookUrl');
  const validation_id = `VLD${randomBytes(16).toString('hex')}`;
  const event = { event_type: 'validation', event_action: 'succeeded', object: { validation_id } };
  const post = async (body: string) =>
    (await fetch(url, { method: 'POST', headers: { 'content-type': 'application/jwt' }, body })).status;
  let signed: number;
  let forged: number;
  try {
    signed = await post(await signWebhook({ events: [event] }, key));
    forged = await post('forged');
  } catch (error) {
    const { cause } = error as { cause?: NodeJS.ErrnoException };
    return failed(
      `${url} cannot be reached (${cause?.code ?? 'no connection'})`,
      'the network of this machine; Truora must reach the same address',
    );
  }
  if (signed === 401)
    return failed(
      'a signed call was refused: ReceiveWebhook has another key than the secret',
      'wait a minute, since functions read a new key after that, and call smoke again; then face-revalidation outputs ReceiveWebhookLog',
    );
  if (signed !== 200)
    return failed(
      `a signed call was answered ${signed}`,
      'the log of ReceiveWebhook: face-revalidation outputs ReceiveWebhookLog',
    );
  if (forged < 400) return failed(`a forged call was answered ${forged}`, 'close Truora, and look at ReceiveWebhook');
  return ok('a signed call is taken, and a forged one refused');
};

/** Whether a person hears of alarms. */
export const checkAlarms = async (connected: Connected): Promise<Found> => {
  if (connected.running) return ok('the local system sends none');
  const { subscriptionsOf } = await import('../aws/topics.ts');
  const { confirmed, pending } = await subscriptionsOf(outputOf(connected, 'AlarmTopic'));
  if (confirmed > 0) return ok(`${confirmed} confirmed`);
  if (pending > 0)
    return failed('the mail is not confirmed', 'click the link in the mail that SNS sent to the alarm address');
  return failed('no address is set', 'deploy with alarmEmail');
};
