import { languages, messages, otherWay } from '../../shared/domain/person-messages.ts';
import { type Class, reasonClasses } from '../../shared/domain/reason-classes.ts';
import { groupedReasons } from '../../shared/domain/reasons.ts';
import { codes, row } from './rows.ts';

/** Every reason of an outcome, with its meaning and what a caller does. */
export const reasonsTable = (): string =>
  [
    row('status', 'class', 'reason', 'means', 'what to do'),
    row('---', '---', '---', '---', '---'),
    ...groupedReasons.map(({ reasons, status, class: of, means, operator }) =>
      row(`\`${status}\``, `\`${of}\``, codes(reasons), means, operator),
    ),
  ].join('\n');

/** Every reason with its class and texts, and the messages in each language, as JSON. */
export const reasonsText = (): string => {
  const reasons = groupedReasons.flatMap(({ reasons: names, ...group }) =>
    names.map((reason) => ({ reason, ...group })),
  );
  return `${JSON.stringify({ messages, otherWay, reasons }, null, 2)}\n`;
};

const classRow = (name: string, { retry, nextStep, message }: Class): string =>
  row(name, `\`${retry}\``, `\`${nextStep}\``, `\`${message}\``);

/** Each class with what the person may do, and the name of its message; below it the reasons for which that differs. */
export const classesTable = (): string =>
  [
    row('class', '`retry`', '`nextStep`', 'message'),
    row('---', '---', '---', '---'),
    ...Object.entries(reasonClasses).flatMap(([name, of]) => [
      classRow(`\`${name}\``, of),
      ...groupedReasons
        .filter((group) => group.class === name && (group.retry !== of.retry || group.nextStep !== of.nextStep))
        .map((group) => classRow(`\`${name}\`: ${codes(group.reasons)}`, group)),
    ]),
  ].join('\n');

/** What a person reads, in each language. */
export const messagesTable = (): string =>
  [
    row('message', ...languages),
    row('---', ...languages.map(() => '---')),
    ...Object.entries(messages).map(([name, { text, otherWay: isSaid }]) =>
      row(`\`${name}\`${isSaid ? ' *' : ''}`, ...languages.map((language) => text[language])),
    ),
    row('*', ...languages.map((language) => otherWay[language])),
  ].join('\n');
