import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { BusEvent } from '../../infra/local/event-bus.ts';
import type { MachineEvent } from '../../infra/local/history.ts';
import { type LocalSystem, startLocalSystem } from '../../infra/local/local-system.ts';
import { drop, putMedia, registerEnrollment } from '../../infra/local/put-media.ts';
import { getItem } from '../../shared/aws/dynamodb.ts';
import { Announcement } from '../../shared/domain/announcement.ts';
import { keyOf } from '../../shared/ledger/keys.ts';
import { jpeg } from '../support/media.ts';

const logs: string[] = [];

const events: MachineEvent[] = [];

const announced: BusEvent[] = [];

let system: LocalSystem;

/** A media file whose every part is a canary: the same text over and over behind a JPEG's first bytes. */
const mediaCanary = `media-canary-${randomBytes(8).toString('hex')}`;

const file = join(tmpdir(), `${mediaCanary}.jpg`);

/** Endings of every kind, and each failure that writes an error. */
const suffixes = [
  '',
  '-declined',
  '-system-error',
  '-other-account',
  '-webhook-lost',
  '-webhook-early',
  '-enrollment-unknown',
  '-unauthorized',
  '-create-down',
  '-create-malformed',
  '-create-rejected',
  '-malformed',
  '-huge',
  '-hung',
  '-upload-reset',
  '-unsafe-link',
];

const accounts = suffixes.map((suffix) => ({
  accountId: `person-canary${suffix}`,
  enrollmentId: `ENR-canary${suffix}`,
}));

const tokens: string[] = [];

const links: string[] = [];

beforeAll(async () => {
  writeFileSync(file, jpeg({ data: mediaCanary.repeat(500) }));
  system = await startLocalSystem({
    onLog: (line) => logs.push(line),
    onEvent: (event) => events.push(event),
    onAnnounced: (event) => announced.push(event),
  });
  await Promise.all(
    accounts.map(async (who) => {
      await registerEnrollment(system.sandbox?.origin ?? '', who);
      const versionId = await drop(system, { file, ...who, name: 'face.jpg', options: { resultMode: 'callback' } });
      const execution = await system.executionOf(versionId);
      await execution.ended;
      const { records } = await system.recordsOf(who.accountId);
      const validationId = records[0]?.validationId;
      if (!validationId) return;
      const wait = await getItem(system.table, `WAIT#${validationId}`);
      links.push(system.sandbox?.linkOf(validationId) ?? '');
      if (wait?.taskToken) tokens.push(String(wait.taskToken));
    }),
  );
  // A refusal whose key is itself a person's: it may not be quoted either.
  await putMedia(system, { key: 'inbox/person-canary-unreadable/face.jpg', file })
    .then(system.executionOf)
    .then(({ ended }) => ended);
});

afterAll(() => system.close());

/** What an execution's history holds of its states: every input, output, error and cause. AWS's also holds the parameters of a call. */
const history = () => JSON.stringify(events);

test('the search finds what exists: ids in the history, steps in the log', () => {
  expect(history()).toContain('person-canary');
  expect(logs.join('\n')).toContain('CreateValidation');
  expect(logs.filter((line) => line.startsWith('ERROR\tInvoke Error')).length).toBeGreaterThan(5);
  expect(announced).toHaveLength(accounts.length + 1);
  expect(tokens.length).toBeGreaterThan(5);
  expect(links.length).toBeGreaterThan(5);
});

test('no API key, webhook key, upload link, media byte or task token appears in a log line, in what a state gets or gives, or on the bus', () => {
  const secrets = [
    ...system.secrets.values(),
    ...[...system.secrets.values()].flatMap((secret) =>
      secret.startsWith('[') ? (JSON.parse(secret) as string[]) : [],
    ),
    ...links,
    ...links.map((link) => new URL(link).search),
    ...tokens,
    mediaCanary,
    Buffer.from(mediaCanary).toString('base64').slice(0, 24),
  ];
  expect(secrets.every((secret) => secret.length > 8)).toBe(true);
  for (const [place, text] of [
    ['log', logs.join('\n')],
    ['history', history()],
    ['bus', JSON.stringify(announced)],
  ] as const) {
    const found = secrets
      .filter((secret) => text.includes(secret))
      .map((secret) => `${secret.slice(0, 4)}... in the ${place}`);
    expect(found).toEqual([]);
  }
});

test('no account or enrollment id appears in a log line', () => {
  expect(logs.filter((line) => /person-canary|ENR-canary/.test(line))).toEqual([]);
});

test('the bus gets of a person only the ids of its schema, and neither enrollment, reason nor media', () => {
  for (const { source, resources, detail, ...envelope } of announced) {
    const { accountId, ...rest } = Announcement.parse(detail);
    expect([source, resources]).toEqual(['face-revalidation', []]);
    expect(JSON.stringify({ ...rest, ...envelope })).not.toMatch(/canary/);
    if (accountId) expect(accounts.map((who) => who.accountId)).toContain(accountId);
  }
  expect(JSON.stringify(announced)).not.toMatch(/ENR-canary|inbox|_not_passed|unreadable|similarity/);
});

test('no state gets or gives a task token, and no item of an ended case has its upload link', async () => {
  expect(history()).not.toMatch(/taskToken/);
  for (const { accountId } of accounts) {
    const [record] = (await system.recordsOf(accountId)).records;
    // The item itself: a parsed record leaves the link out.
    const item = JSON.stringify(record && (await getItem(system.table, keyOf(record.revalidationId))));
    expect(item).toContain(accountId);
    expect(links.some((link) => item.includes(new URL(link).search))).toBe(false);
  }
});

test('the state of every execution stays below 8 KB', () => {
  const sizes = events.map(({ input, output }) => Buffer.byteLength(JSON.stringify(output ?? input ?? null)));
  expect(Math.max(...sizes)).toBeGreaterThan(500);
  expect(Math.max(...sizes)).toBeLessThan(8192);
});
