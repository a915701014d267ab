import { NamedError, RequestInvalidError } from '../domain/errors.ts';
import { csvLine } from './cells.ts';
import { RowFault } from './errors.ts';

/** Why a row cannot run: the field and the rule, never a value. */
export type RowError = { line: number; reason: string; field: string; rule: string };

export const errorHeader = csvLine(['line', 'field', 'reason', 'rule']);

export const errorLine = ({ line, field, reason, rule }: RowError): string => csvLine([line, field, reason, rule]);

/** The field and the rule of a detail, `field: rule`. */
const partsOf = (detail: string): { field: string; rule: string } => {
  const [, field, rule] = /^([A-Za-z][\w.-]*): (.*)$/s.exec(detail) ?? [];
  return field === undefined || rule === undefined ? { field: 'row', rule: detail } : { field, rule };
};

/** The error of a row. @throws the given error, if it is none that a rule of ours made */
export const rowErrorOf = (line: number, error: unknown): RowError => {
  if (error instanceof RowFault) return { line, reason: 'request_invalid', field: error.field, rule: error.rule };
  if (!(error instanceof NamedError)) throw error;
  const { reason, message } = error;
  const [first] = error instanceof RequestInvalidError ? error.broken : [];
  if (first) return { line, reason, field: first.path, rule: first.detail };
  return { line, reason, ...partsOf(message.replace(/^[^:]*: /, '')) };
};
