import { fields } from '../../shared/domain/field-names.ts';
import { declinedReasons, expiredReasons } from '../../shared/domain/reasons.ts';
import {
  campaignFunctions,
  consoleFunctions,
  evidenceFunctions,
  type FunctionName,
  fileOf,
  functionNames,
  jobs,
  routes,
} from '../../shared/workflow/functions.ts';
import { type Scenario, scenarios } from '../local/truora/scenarios.ts';
import { liveScenarios } from '../local/truora/speech.ts';
import { functionSeconds } from '../workflow/timeouts.ts';
import { row } from './rows.ts';

const code = (text: string | undefined, otherwise: string) => (text ? `\`${text}\`` : otherwise);

/** The names of each request field in a drop, on the command line and in Truora's form. */
export const fieldsTable = (): string =>
  [
    row('our name', 'in a drop', 'command line', "Truora's form"),
    row('---', '---', '---', '---'),
    ...fields.map(({ field, metadata, flag, form }) =>
      row(
        `\`${field}\``,
        metadata === 'options'
          ? 'in `x-amz-meta-options`'
          : code(metadata && `x-amz-meta-${metadata}`, field === 'forceNew' ? 'a new version is new' : 'in the key'),
        `\`--${flag}\``,
        code(form, field === 'enrollmentId' ? 'in the path of a read' : 'not sent'),
      ),
    ),
  ].join('\n');

/** Every route with the caller that it takes, by a word that the page explains. */
export const routesTable = (): string =>
  [
    row('route', 'caller'),
    row('---', '---'),
    ...Object.values(routes).map(({ method, path, scope }) => row(`\`${method} ${path}\``, `\`${scope}\``)),
  ].join('\n');

const starters = { schedule: 'the schedule', failure: 'a failed execution', outcome: 'an outcome or amendment' };

const starterOf = (name: FunctionName): string => {
  if (name in routes) {
    const { method, path } = routes[name as keyof typeof routes];
    return `\`${method} ${path}\``;
  }
  if (name in jobs) return starters[jobs[name as keyof typeof jobs].on];
  return 'a state';
};

/** The functions of each capability, by the document that lists them. */
export const capabilityFunctions: Readonly<Record<string, readonly FunctionName[]>> = {
  'shared/consent/README.md': ['GiveConsent', 'RevokeConsent', 'ListConsents'],
  'shared/capture/README.md': ['OpenCapture', 'ReadCapture', 'AgreeToCapture', 'GiveCaptureForm', 'LeaveCapture'],
  'shared/erasure/README.md': ['EraseAccount', 'SweepErasures'],
  'shared/evidence/README.md': evidenceFunctions,
  'shared/campaigns/README.md': campaignFunctions,
  'infra/console/README.md': consoleFunctions,
};

/** Functions by their files, with what starts each one and its time limit. */
export const functionsTable = (names: readonly FunctionName[]): string =>
  [
    row('file', 'started by', 'limit, s'),
    row('---', '---', '---:'),
    ...names.map((name) => row(`\`${fileOf(name)}.ts\``, starterOf(name), String(functionSeconds[name]))),
  ].join('\n');

/** The functions that belong to no capability. */
export const coreFunctionsTable = (): string => {
  const listed = new Set(Object.values(capabilityFunctions).flat());
  return functionsTable(functionNames.filter((name) => !listed.has(name)));
};

const outcomeText = ({ status, reason }: { status: string; reason?: string }) =>
  reason ? `${status}, ${reason}` : status;

/** Whether a scenario is one of the series with a documented reason: its suffix is `-status-reason`. */
const isSeries = ({ suffix, expected: { status, reason } }: Scenario) => suffix === `-${status}-${reason}`;

const scenarioRow = ({ suffix, story, expected, expectedIfRepeated: repeated }: Scenario) =>
  row(
    code(suffix, '(anything else)'),
    story,
    `${outcomeText(expected)}${repeated ? `; ${outcomeText(repeated)} *` : ''}`,
  );

const seriesRows = Object.entries({ declined: declinedReasons, expired: expiredReasons }).map(([status, reasons]) =>
  row(
    `\`-${status}-REASON\``,
    `Truora answers ${status}, for each of its ${reasons.length} reasons.`,
    `${status}, REASON`,
  ),
);

/** The sandbox's scenarios, by the end of the account id. */
export const scenariosTable = (): string =>
  [
    row('account id ends in', 'what happens', 'outcome'),
    row('---', '---', '---'),
    ...[...scenarios, ...liveScenarios].filter((scenario) => !isSeries(scenario)).map(scenarioRow),
    ...seriesRows,
  ].join('\n');
