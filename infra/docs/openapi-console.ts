import { Day, DayQuery } from '../../shared/domain/console.ts';
import { RevalidationId } from '../../shared/domain/ids.ts';
import type { ConsoleFunction } from '../../shared/workflow/functions.ts';
import { dayNumbers, health, operatorCase } from './openapi-console-examples.ts';
import { approved, page } from './openapi-examples.ts';
import type { Operation } from './openapi-operation.ts';

const day = { name: 'day', in: 'path' as const, schema: Day, description: 'A day in UTC.' };

const id = { name: 'id', in: 'path' as const, schema: RevalidationId, description: 'The id of the re-validation.' };

const queryParameters: Record<keyof typeof DayQuery.shape, string> = {
  status: 'Only cases of this status.',
  class: 'Only cases that ended for a reason of this class.',
  limit: 'The most entries of a page. A page with a cursor may have fewer, or none.',
  cursor: 'The cursor of the previous page, with the same other parameters.',
};

/** The operations that only a deployment with the setting `console` has. None is for a token of one account. */
export const consoleOperations: Record<ConsoleFunction, Operation> = {
  ListCases: {
    summary: 'List the cases of a day',
    description: 'Claimed cases only, newest first. With the setting `console`, and not for a token of one account.',
    parameters: [
      day,
      ...Object.entries(queryParameters).map(([name, description]) => ({
        name,
        in: 'query' as const,
        schema: DayQuery.shape[name as keyof typeof queryParameters],
        description,
      })),
    ],
    answers: { 200: { description: 'A page.', schema: 'RevalidationPage', example: page } },
    problems: ['subject_missing', 'account_forbidden', 'request_invalid'],
  },
  ReadDay: {
    summary: 'Read the numbers of a day',
    description:
      'Of the cases that were claimed on it, as they are now. With the setting `console`, and not for a token of one account.',
    parameters: [day],
    answers: { 200: { description: 'The numbers.', schema: 'DayNumbers', example: dayNumbers } },
    problems: ['subject_missing', 'account_forbidden', 'request_invalid'],
  },
  ReadCase: {
    summary: 'Read a case as an operator',
    description:
      'With its attempts, its orphans and the states that its execution has entered; never media. With the setting `console`, and not for a token of one account.',
    parameters: [id],
    answers: { 200: { description: 'The case.', schema: 'OperatorCase', example: operatorCase } },
    problems: ['subject_missing', 'account_forbidden', 'revalidation_unknown'],
  },
  FollowUpCase: {
    summary: 'Follow up a case now',
    description:
      'Makes the next sweep follow up an open case, or one that was not announced. Nothing is charged. With the setting `console`, and not for a token of one account.',
    parameters: [id],
    answers: { 200: { description: 'The next sweep follows it up.', schema: 'Revalidation', example: approved } },
    problems: ['subject_missing', 'account_forbidden', 'revalidation_unknown', 'already_decided'],
  },
  ReadHealth: {
    summary: 'Read the health of the deployment',
    description:
      'What is due, the throttle before Truora, the last runs of the jobs, and the age of the Truora key. With the setting `console`, and not for a token of one account.',
    answers: { 200: { description: 'The health.', schema: 'Health', example: health } },
    problems: ['subject_missing', 'account_forbidden'],
  },
};
