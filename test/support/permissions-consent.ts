import type { RoleCall } from '../../infra/local/iam/roles.ts';
import type { Execution } from '../../infra/local/state-machine.ts';
import { shardOf } from '../../shared/domain/follow-up.ts';
import { type calling, upload } from './callers.ts';
import { photo } from './drops.ts';
import { holderOf } from './permissions.ts';

type Person = { accountId: string; enrollmentId: string; consentReceiptId: string };

type Started = { who: Person; execution: Execution };

type Recorded = { revalidationId: string; validationId: string };

type Tools = {
  call: ReturnType<typeof calling>;
  called: (isIt: (one: RoleCall) => boolean) => Promise<void>;
  until: (isThere: () => Promise<boolean> | boolean) => Promise<void>;
  stand: (item: Record<string, unknown>) => Promise<unknown>;
  itemAt: (pk: string) => Promise<Record<string, unknown>>;
  woken: (name: string) => Promise<void>;
  someone: (suffix?: string) => Promise<Person>;
  dropOf: (suffix: string) => Promise<Started>;
  ticketFor: (suffix: string) => Promise<{ who: Person; form: Parameters<typeof upload>[0] }>;
  recordOnce: (who: Person, phase: string) => Promise<Recorded>;
  media: (folder: 'media', who: Person) => Promise<{ key: string; versionId: string }>;
  asking: (who: Person, of: object) => Execution;
};

/** What has to happen for each permission of consent to be used. */
export const consentRuns = (tools: Tools) => {
  const { call, called, until, stand, itemAt, woken, someone, dropOf, ticketFor, recordOnce, media, asking } = tools;

  const revoke = ({ consentReceiptId: id }: Person) => call(`POST /consents/${id}/revoke`);

  /** As a revocation leaves a receipt that was killed after its first write. */
  const markOnly = async ({ consentReceiptId: id }: Person, more: object = {}): Promise<void> => {
    const pk = `CNS#${id}`;
    await stand({ ...(await itemAt(pk)), pk, revokingAt: new Date().toISOString(), revokedBy: 'iam:person', ...more });
  };

  const atOnce: Record<string, () => Promise<unknown>> = {
    'a revocation while a case runs whose media is under a ticket': async () => {
      const { who, form } = await ticketFor('-never');
      await upload(form, photo);
      await recordOnce(who, 'moved');
      await revoke(who);
      await call(`GET /accounts/${who.accountId}/consents`);
      await recordOnce(who, 'alternative_required');
    },
    'a revocation while a case runs about media of a system': async () => {
      const who = await someone('-never');
      asking(who, await media('media', who));
      await recordOnce(who, 'moved');
      await revoke(who);
      await recordOnce(who, 'alternative_required');
    },
    'a consent that ends between the claim and the charge': async () => {
      const { who, execution } = await dropOf('-enrollment-later');
      await recordOnce(who, 'claimed');
      await markOnly(who);
      await execution.ended;
      await recordOnce(who, 'alternative_required');
    },
    'a consent that ends between the charge and the move': async () => {
      // The first upload breaks off, so that there is a second one.
      const { who, execution } = await dropOf('-upload-reset');
      const key = `inbox/${who.accountId}/${who.enrollmentId}/a.jpg`;
      await called(({ role, resource }) => holderOf(role) === 'MoveMedia' && resource.endsWith(key));
      await markOnly(who);
      await execution.ended;
      await recordOnce(who, 'alternative_required');
    },
    'another way that is taken while a case waits': async () => {
      const { who, execution } = await dropOf('-never');
      const { revalidationId, validationId } = await recordOnce(who, 'moved');
      await until(async () => (await itemAt(`WAIT#${validationId}`)).taskToken !== undefined);
      await call(`POST /revalidations/${revalidationId}/alternative`);
      await execution.ended;
    },
  };

  const afterwards: Record<string, () => Promise<unknown>> = {
    'a revocation that was killed after its first write, and a sweep': async () => {
      const { who, execution } = await dropOf('-never');
      await recordOnce(who, 'moved');
      await markOnly(who, { shard: shardOf(who.consentReceiptId), dueAt: new Date(0).toISOString() });
      await woken('SweepLedger');
      await execution.ended;
      await recordOnce(who, 'alternative_required');
    },
  };

  return { atOnce, afterwards };
};
