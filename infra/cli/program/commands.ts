import type { Define } from './define.ts';

export type Entry = { name: string; summary: string; group: string; load: () => Promise<{ define: Define }> };

export const groups = {
  local: 'On this machine:',
  cases: 'Cases, on this machine or with --stage in AWS:',
  operate: 'Operate:',
  money: 'Money and numbers:',
  deploy: 'Deploy:',
};

export const entry = (name: string, group: string, summary: string, load: Entry['load']): Entry => ({
  name,
  group,
  summary,
  load,
});

/** The commands of the package and of a clone. A module is imported when its command is called, so that `--help` loads none of them. */
export const commands: readonly Entry[] = [
  entry('start', groups.local, 'run the whole system on this machine until Ctrl-C', () => import('../start.ts')),
  entry(
    'demo',
    groups.local,
    'run a photo and a video through the whole system, each state as it happens',
    () => import('../demo.ts'),
  ),
  entry(
    'revalidate',
    groups.local,
    're-validate one face with one photo or video, and print the outcome',
    () => import('../revalidate.ts'),
  ),
  entry(
    'enroll',
    groups.local,
    'register an enrollment at the sandbox of the local system',
    () => import('../enroll.ts'),
  ),
  entry(
    'drop',
    groups.cases,
    'drop a photo or video into the inbox, and print the id of its re-validation',
    () => import('../drop.ts'),
  ),
  entry('capture', groups.cases, 'start a case on the capture page, and print its link', () => import('../capture.ts')),
  entry('call', groups.cases, 'call the API, signed with your credentials', () => import('../call.ts')),
  entry('show', groups.cases, 'show one case', () => import('../show.ts')),
  entry('cases', groups.cases, 'list cases, newest first', () => import('../cases.ts')),
  entry(
    'explain',
    groups.cases,
    'tell one case in sentences: what happened, why, and what can be done',
    () => import('../explain.ts'),
  ),
  entry('evidence', groups.cases, 'print the signed evidence of an ended case', () => import('../evidence.ts')),
  entry('verify', groups.cases, 'verify the evidence of a case, without a network', () => import('../verify.ts')),
  entry('cancel', groups.cases, 'cancel a case that has not ended', () => import('../cancel.ts')),
  entry(
    'redrive',
    groups.operate,
    'start again what failed to start or to be repaired; shows first what it would do',
    () => import('../redrive.ts'),
  ),
  entry(
    'announce',
    groups.operate,
    'announce the outcome of a case again, with the same eventId',
    () => import('../announce.ts'),
  ),
  entry(
    'resolve',
    groups.operate,
    "close a person's intent by hand, where Truora's list cannot be read",
    () => import('../resolve.ts'),
  ),
  entry(
    'erase',
    groups.operate,
    'erase a person, and print the certificate; shows first what is held',
    () => import('../erase.ts'),
  ),
  entry('export', groups.operate, 'write what is held about a person as JSON', () => import('../export.ts')),
  entry('consents', groups.operate, "list a person's receipts of consent", () => import('../consents.ts')),
  entry('consent', groups.operate, 'revoke a consent, and end the cases under it', () => import('../consent.ts')),
  entry('hold', groups.operate, 'show, set or end a legal hold on a person', () => import('../hold.ts')),
  entry(
    'campaign',
    groups.operate,
    'plan, start, pause, resume or cancel a campaign, and show its results',
    () => import('../campaign.ts'),
  ),
  entry('campaigns', groups.operate, 'list the campaigns', () => import('../campaigns.ts')),
  entry('throttle', groups.operate, 'show, close or open the throttle before Truora', () => import('../throttle.ts')),
  entry('keys', groups.operate, 'rotate the Truora key or a webhook key', () => import('../keys.ts')),
  entry(
    'outputs',
    groups.operate,
    'print the names of queues, log groups, functions and secrets',
    () => import('../outputs.ts'),
  ),
  entry(
    'restore',
    groups.operate,
    'make a ledger that was restored from a backup safe to continue with',
    () => import('../restore.ts'),
  ),
  entry('today', groups.money, 'count the cases of today by status and reason', () => import('../today.ts')),
  entry(
    'spend',
    groups.money,
    'count what re-validations have cost, and what was avoided',
    () => import('../spend.ts'),
  ),
  entry('cost', groups.money, 'print the dollars of a month in AWS, by line', () => import('../cost.ts')),
  entry('smoke', groups.deploy, 'prove a deployment for free', () => import('../smoke.ts')),
];
