import { pointSdkAt } from '../../infra/local/credentials.ts';
import { dynamo } from '../../shared/aws/clients.ts';
import type { Attempt } from '../../shared/domain/attempts.ts';
import type { LedgerRecord } from '../../shared/domain/record.ts';
import type { Claim } from '../../shared/domain/revalidation.ts';
import type { Throttle } from '../../shared/domain/throttle.ts';
import type { Intent } from '../../shared/ledger/intents.ts';
import { readRecord } from '../../shared/ledger/records.ts';
import type { CreationSettings, Entry } from '../../shared/logic/creation.ts';
import { commandsSent } from './commands-sent.ts';
import { claimOf, executionOf, newValidationId } from './journal.ts';
import { openTable } from './table.ts';
import { listen, truoraAt } from './truora.ts';

export const OURS = executionOf('ours');

/** The clock of these tests, which stands still. */
export const NOW = '2026-11-23T12:00:00.000Z';

export const SETTLE_SECONDS = 60;

/** A link that expires in 2100, so a validation has the longest life. */
export const LINK = 'https://files.truora.com/u/x?Expires=4102444800&Signature=canary';

export const secondsAgo = (seconds: number, milliseconds = 0): string =>
  new Date(Date.parse(NOW) - seconds * 1000 - milliseconds).toISOString();

type Answer = { status: number; body?: unknown; headers?: Record<string, string> } | 'reset';

/** The creation over the ledger's table, with a server in the place of Truora and S3. */
export const openCreation = async () => {
  const open = await openTable();
  const commands = commandsSent(dynamo());
  const answers = {
    create: async (): Promise<Answer> => 'reset',
    list: async (): Promise<Answer> => ({ status: 200, body: { validations: [] } }),
    media: 200,
    throttle: {} as Throttle,
  };
  const server = await listen(async (response, { method }) => {
    if (method === 'HEAD') return void response.writeHead(answers.media).end();
    const answer = await (method === 'POST' ? answers.create() : answers.list());
    if (answer === 'reset') return void response.destroy();
    response.writeHead(answer.status, { 'content-type': 'application/json', ...answer.headers });
    response.end(JSON.stringify(answer.body ?? {}));
  });
  pointSdkAt({ S3: server.origin });
  const usual = { ...answers };
  const emitted: number[] = [];
  const backOffs: (number | undefined)[] = [];
  const settings: CreationSettings = {
    ledger: open.ledger,
    truora: truoraAt(server.origin),
    throttle: {
      read: async () => answers.throttle,
      backOff: async (seconds) => void backOffs.push(seconds),
    },
    settleSeconds: SETTLE_SECONDS,
    onUnresolved: 'fail-for-human',
    dailyBudget: undefined,
    emitOrphans: (count) => emitted.push(count),
    requireUsableFace: async () => {},
  };
  const clear = () => {
    commands.clear();
    emitted.length = 0;
    backOffs.length = 0;
    server.heard.length = 0;
  };
  return {
    ...open,
    commands,
    /** What Truora and S3 answer, and how the throttle is. */
    answers,
    /** The counted orphans, one number a call, and the stored waits. */
    emitted,
    backOffs,
    asked: (method: 'POST' | 'GET' | 'HEAD') => server.heard.filter((one) => one.method === method).length,
    clear,
    reset: () => {
      Object.assign(answers, usual);
      clear();
    },
    /** A stored claim of ours, and the entry of the step that reads it. */
    enter: async (more: Partial<LedgerRecord> = {}, own: Partial<CreationSettings> = {}, of: Partial<Claim> = {}) => {
      const claim = claimOf({ claimedAt: NOW, requested: { threshold: 0.7 }, ...of });
      const pk = `RUN#${claim.revalidationId}`;
      const phase = 'claimed';
      await open.putItem({ pk, ...claim, owner: OURS, phase, trail: [{ phase, at: NOW }], ...more });
      const record = await readRecord(open.ledger, claim.revalidationId);
      if (!record) throw new TypeError('the record is gone');
      clear();
      const entry: Entry = { settings: { ...settings, ...own }, claim, record };
      return {
        entry,
        claim,
        record,
        pk,
        /** An open intent of this record, or of another one. */
        intend: async (intent: Partial<Intent> = {}): Promise<Intent> => {
          const { revalidationId, accountId } = claim;
          const all = { revalidationId, openedAt: secondsAgo(SETTLE_SECONDS), attempt: 1, ...intent };
          await open.putItem({ pk: `ACC#${accountId}`, ...all });
          return all;
        },
        intent: () => open.item(`ACC#${claim.accountId}`),
        stored: async () => (await readRecord(open.ledger, claim.revalidationId)) as LedgerRecord,
        /** A validation of this person as Truora shows it. */
        row: (fields: object = {}) => ({
          validation_id: newValidationId(),
          account_id: claim.accountId,
          type: 'face-recognition',
          validation_status: 'pending',
          threshold: 0.7,
          creation_date: NOW,
          file_upload_link: LINK,
          ...fields,
        }),
      };
    },
    bindingOf: async (validationId: string) => (await open.item(`VLD#${validationId}`))?.revalidationId,
    close: () => {
      server.close();
      open.close();
    },
  };
};

export type OpenCreation = Awaited<ReturnType<typeof openCreation>>;

export const listed =
  (...validations: object[]) =>
  async (): Promise<Answer> => ({
    status: 200,
    body: { validations },
  });

export const attemptOf = (n: number, at: string, result: Attempt['result'], validationId?: string): Attempt => ({
  n,
  at,
  result,
  ...(validationId ? { validationId } : {}),
});
