import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { pointSdkAt } from '../../infra/local/credentials.ts';
import { dynamo } from '../../shared/aws/clients.ts';
import { readIntake } from '../../shared/domain/intake.ts';
import type { Options } from '../../shared/domain/request.ts';
import { claimRequest } from '../../shared/logic/claim.ts';
import { SPEECH } from '../support/capture.ts';
import { commandsSent } from '../support/commands-sent.ts';
import { BUCKET, executionOf, newPerson } from '../support/journal.ts';
import { type OpenTable, openTable } from '../support/table.ts';
import { storeTicket, TICKET_EXECUTION } from '../support/tickets.ts';
import { listen } from '../support/truora.ts';

const options: Options = { ...SPEECH, subvalidations: [...SPEECH.subvalidations] };

let open: OpenTable;

let commands: ReturnType<typeof commandsSent>;

let s3: Awaited<ReturnType<typeof listen>>;

beforeAll(async () => {
  open = await openTable();
  commands = commandsSent(dynamo());
  s3 = await listen((response) => response.writeHead(404).end());
  pointSdkAt({ S3: s3.origin });
});

afterAll(() => {
  s3.close();
  open.close();
});

beforeEach(() => {
  commands.clear();
  s3.heard.length = 0;
});

const run = (person: ReturnType<typeof newPerson>, executionId = TICKET_EXECUTION) =>
  claimRequest(
    {
      ledger: open.ledger,
      policies: { default: { minimumThreshold: 0.6 } },
      mediaLimits: { minPixels: 100, maxSeconds: 60 },
      mediaHours: 24,
      resultMode: 'callback',
      retries: { allowedRetries: 1, retrySeconds: 300 },
      allowNationalIds: false,
      enterOnConsent: async () => ({}),
    },
    readIntake(
      { kind: 'call', ...person, userAuthorized: true, capture: 'live', options },
      { bucket: BUCKET, executionId },
    ),
  );

const ticketOf = (revalidationId: string) => open.item(`TICKET#${revalidationId}`);

describe('the claim of a live capture', () => {
  test('holds no media, reads none, and gets the ticket that its recording is put with', async () => {
    const person = newPerson();
    const claimed = await run(person);
    const { revalidationId, claimedAt } = claimed;
    expect(claimed).toMatchObject({ ...person, capture: 'live', requested: { ...options, threshold: 0.6 } });
    expect(claimed).not.toHaveProperty('media');
    expect(await open.item(`RUN#${revalidationId}`)).toMatchObject({ ...claimed, owner: TICKET_EXECUTION });
    expect(await ticketOf(revalidationId)).toMatchObject({
      ...person,
      capture: 'live',
      upload: { key: `inbox/${person.accountId}/${person.enrollmentId}/${revalidationId}.mp4` },
      issuedAt: claimedAt,
    });
    // The read looks whether the person was erased; then come the claim and the ticket.
    expect(commands.sent).toEqual(['GetItem', 'PutItem', 'PutItem']);
    expect(s3.heard).toEqual([]);
    expect(await run(person)).toEqual(claimed);
  });

  test('keeps the ticket that the API has promised', async () => {
    const { ticket, id, item } = await storeTicket(open, { capture: 'live', options });
    const { accountId, enrollmentId } = ticket;
    const before = await item();
    expect(await run({ accountId, enrollmentId }, executionOf(id))).toMatchObject({ revalidationId: id });
    expect(await ticketOf(id)).toEqual(before);
  });
});
