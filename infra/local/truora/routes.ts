import type { IncomingMessage } from 'node:http';
import * as z from 'zod/mini';
import { defined } from '../../../shared/domain/defined.ts';
import { AccountId, TruoraId } from '../../../shared/domain/ids.ts';
import { createAnswer, enrollmentAnswer, enrollmentList, validationAnswer } from './answers.ts';
import { faultAt, withFault } from './behaviour.ts';
import { asksLiveness, asksSpeech, formFault } from './form.ts';
import { envelope, gateway, json, nothing, type Reply, type Silence } from './replies.ts';
import { scenarioOf, scenarios } from './scenarios.ts';
import { liveScenarios, newPhrase } from './speech.ts';
import {
  countCreate,
  type Enrollment,
  keepValidation,
  later,
  mintId,
  readyEnrollment,
  registerEnrollment,
  removeEnrollment,
  type SandboxState,
  type Validation,
} from './state.ts';
import { takeUpload } from './uploads.ts';
import { announce } from './webhooks.ts';

/** A create form or a registration is a few hundred bytes. */
const MAX_BODY_BYTES = 64 * 1024;

type Call = { state: SandboxState; request: IncomingMessage; url: URL; id: string };

type Run = (call: Call) => Reply | Silence | Promise<Reply | Silence>;

const getEnrollment: Run = ({ state, id }) => {
  state.counts.enrollmentReads += 1;
  const enrollment = state.enrollments.get(id);
  if (!enrollment) return envelope(404, 'The Enrollment was not found');
  enrollment.reads += 1;
  const fault = faultAt(scenarioOf(enrollment.accountId).behaves, 'enrollment', enrollment.reads);
  return withFault(fault, () => {
    const answer = enrollmentAnswer(enrollment);
    return answer ? json(200, answer) : envelope(404, 'The Enrollment was not found');
  });
};

/** The answer is not documented (assumed: 204). */
const deleteEnrollment: Run = ({ state, id }) => {
  const enrollment = state.enrollments.get(id);
  if (!enrollment) return envelope(404, 'The Enrollment was not found');
  removeEnrollment(state, enrollment);
  return nothing(204);
};

const listEnrollments: Run = ({ state, id }) => {
  const registered = [...state.enrollments.values()].filter(({ accountId }) => accountId === id);
  return json(200, enrollmentList(registered, scenarioOf(id).behaves?.others ?? []));
};

const postValidation: Run = async ({ state, request }) => {
  state.counts.creates += 1;
  const body = await readText(request);
  if (!request.headers['content-type']?.startsWith('application/x-www-form-urlencoded')) {
    return envelope(400, 'content-type must be application/x-www-form-urlencoded');
  }
  const form = new URLSearchParams(body);
  const accountId = form.get('account_id') ?? '';
  const fault = faultAt(scenarioOf(accountId).behaves, 'create', countCreate(state, accountId));
  const create = () => {
    const broken = formFault(form);
    if (broken) return envelope(400, broken);
    const enrollment = readyEnrollment(state, accountId);
    if (!enrollment) return envelope(400, 'account_id has no successful enrollment');
    const validation = newValidation(state, form, enrollment);
    keepValidation(state, validation);
    state.counts.charges += 1;
    // A timer runs after the answer of this turn was sent.
    later(state, 0, () => announce(state, validation, 'created'));
    return json(200, createAnswer(state, validation));
  };
  return withFault(fault, create, (work) => later(state, state.settings.createLateMs, work));
};

const newValidation = (
  state: SandboxState,
  form: URLSearchParams,
  { accountId, enrollmentId }: Enrollment,
): Validation => {
  const scenario = scenarioOf(accountId);
  const requested = form.has('threshold') ? Number(form.get('threshold')) : undefined;
  const timeoutSeconds = Number(form.get('timeout') ?? state.settings.defaultTimeoutSeconds);
  const createdAt = Date.now();
  return {
    id: mintId('VLD'),
    accountId,
    enrollmentId,
    scenario,
    // Truora's default is 0.65 (documented).
    threshold: scenario.behaves?.threshold?.(requested) ?? requested ?? 0.65,
    liveness: asksLiveness(form),
    phrase: asksSpeech(form) ? newPhrase() : undefined,
    createdAt,
    // A link's expiry has whole seconds; rounded up, so that the time is not shorter than requested.
    expiresAt: Math.ceil(createdAt / 1000 + timeoutSeconds) * 1000,
    reads: 0,
    puts: 0,
  };
};

const getValidation: Run = ({ state, url, id }) => {
  state.counts.reads += 1;
  const validation = state.validations.get(id);
  if (!validation) return envelope(404, 'The Validation was not found');
  validation.reads += 1;
  const details = url.searchParams.get('show_details') === 'true';
  return withFault(faultAt(validation.scenario.behaves, 'read', validation.reads), () =>
    json(200, validationAnswer(state, validation, { details })),
  );
};

/** Newest first, the newest after a lag, by page (assumed: Truora documents neither order, lag nor paging). */
const listValidations: Run = ({ state, url, id }) => {
  state.counts.lists += 1;
  const listed = Date.now() - state.settings.listLagMs;
  const ofAccount = [...state.validations.values()]
    .filter(({ accountId, createdAt }) => accountId === id && createdAt <= listed)
    .reverse();
  const after = url.searchParams.get('start_key');
  const from = after === null ? 0 : ofAccount.findIndex((validation) => validation.id === after) + 1;
  const page = ofAccount.slice(from, from + state.settings.pageSize);
  const hasMore = from + page.length < ofAccount.length;
  const next = hasMore ? `${url.pathname}?start_key=${page.at(-1)?.id}` : undefined;
  return json(200, defined({ validations: page.map((validation) => validationAnswer(state, validation)), next }));
};

const Registration = z.strictObject({ accountId: AccountId, enrollmentId: z.optional(TruoraId) });

/** Not part of Truora's API: registers an enrollment of an account, with a new id if none is given. */
const postEnrollment: Run = async ({ state, request }) => {
  const { success, data } = Registration.safeParse(parseJson(await readText(request)));
  if (!success) return envelope(400, 'must be {"accountId", "enrollmentId"?} in JSON');
  const { accountId, enrollmentId = mintId('ENR') } = data;
  registerEnrollment(state, accountId, enrollmentId);
  return json(201, { accountId, enrollmentId });
};

/** Not part of Truora's API: whether an account has this enrollment. It is no read of its scenario. */
const findEnrollment: Run = ({ state, url, id }) => {
  const isKnown = state.enrollments.get(id)?.accountId === url.searchParams.get('account');
  return isKnown ? json(200, { enrollmentId: id }) : envelope(404, 'The Enrollment was not found');
};

const listScenarios: Run = () =>
  json(200, { scenarios: [...scenarios, ...liveScenarios].map(({ behaves: _, ...published }) => published) });

const routes: readonly { method: string; path: RegExp; open?: true; run: Run }[] = [
  { method: 'GET', path: /^\/v1\/enrollments\/([^/]+)$/, run: getEnrollment },
  { method: 'DELETE', path: /^\/v1\/enrollments\/([^/]+)$/, run: deleteEnrollment },
  { method: 'GET', path: /^\/v1\/accounts\/([^/]+)\/enrollments$/, run: listEnrollments },
  { method: 'POST', path: /^\/v1\/validations$/, run: postValidation },
  { method: 'GET', path: /^\/v1\/validations\/([^/]+)$/, run: getValidation },
  { method: 'GET', path: /^\/v1\/accounts\/([^/]+)\/validations$/, run: listValidations },
  // The upload link has its own signature, and the key is never sent there.
  {
    method: 'PUT',
    path: /^\/u\/([^/]+)$/,
    open: true,
    run: (call) => takeUpload(call.state, call.request, call.url, call.id),
  },
  { method: 'POST', path: /^\/sandbox\/enrollments$/, open: true, run: postEnrollment },
  { method: 'GET', path: /^\/sandbox\/enrollments\/([^/]+)$/, open: true, run: findEnrollment },
  { method: 'GET', path: /^\/sandbox\/counts$/, open: true, run: ({ state }) => json(200, state.counts) },
  { method: 'GET', path: /^\/sandbox\/scenarios$/, open: true, run: listScenarios },
];

/** Answers a request. As at Truora's gateway, an unknown path is a 403 with any key (seen). */
export const route = async (state: SandboxState, request: IncomingMessage): Promise<Reply | Silence> => {
  const url = new URL(request.url ?? '/', state.origin);
  for (const { method, path, open, run } of routes) {
    const [found, id = ''] = path.exec(url.pathname) ?? [];
    if (found === undefined || method !== request.method) continue;
    if (!open && !request.headers['truora-api-key']) return gateway(401, 'Unauthorized');
    return run({ state: state, request, url, id });
  }
  return gateway(403, 'Missing Authentication Token');
};

const readText = async (request: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes <= MAX_BODY_BYTES) chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
};

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};
