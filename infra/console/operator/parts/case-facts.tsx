import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import Link from '@cloudscape-design/components/link';
import type { ReactNode } from 'react';
import type { OperatorCase } from '../api.ts';
import { bytesText, timeText } from '../format.ts';
import { addressOf } from '../route.ts';
import type { Word } from '../words/en.ts';
import { type Say, useWords } from '../words/use-words.ts';

const utc = (at: string | undefined): string | undefined => at && `${timeText(at)} UTC`;

/** What is known of a case, and of its media only type and size. What is not known is left out. */
const factsOf = (found: OperatorCase, say: Say, locale: string): [Word, ReactNode][] => {
  const { case: shown, media, askedAgain, announcedAt, followUpAt, erasedAt, execution } = found;
  const { outcome, receipt, linkedTo } = shown;
  return [
    ['account', shown.accountId],
    ['enrollmentId', shown.enrollmentId],
    ['validation', shown.validationId],
    ['similarity', outcome?.similarity?.toLocaleString(locale)],
    ['decidedBy', outcome?.decidedBy],
    ['time', utc(shown.claimedAt)],
    ['announced', utc(announcedAt)],
    ['followUp', utc(followUpAt)],
    ['media', media && `${media.type}, ${bytesText(media.bytes, locale)}`],
    ['mediaSent', receipt && `${utc(receipt.movedAt)}, ${bytesText(receipt.bytes, locale)}`],
    ['execution', execution === 'none' ? say('none') : say(execution)],
    ['calledBy', shown.calledBy],
    ['purpose', shown.purpose],
    ['reference', shown.reference],
    ['askedAgain', askedAgain || undefined],
    ['erased', utc(erasedAt)],
    ['id', linkedTo && <Link href={addressOf.case(linkedTo)}>{linkedTo}</Link>],
  ];
};

export const CaseFacts = ({ found }: { found: OperatorCase }) => {
  const { say, locale } = useWords();
  const items = factsOf(found, say, locale).flatMap(([label, value]) =>
    value === undefined || value === '' ? [] : [{ label: say(label), value: <span className="id">{value}</span> }],
  );
  return (
    <Container header={<Header variant="h2">{say('facts')}</Header>}>
      <KeyValuePairs columns={3} items={items} />
    </Container>
  );
};
