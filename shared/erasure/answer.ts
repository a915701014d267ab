import { defined } from '../domain/defined.ts';
import { Counts, ErasureAnswer } from '../domain/erasure.ts';
import type { Erasure } from './begin.ts';

/** An erasure as its caller sees it. */
export const presentErasure = ({ tombstone, certificate }: Erasure): ErasureAnswer => {
  const { person, requestedAt, finishedAt, dueAt, enrollmentsLeft } = tombstone;
  return ErasureAnswer.parse(
    defined({
      status: finishedAt && !dueAt ? 'erased' : 'erasing',
      person,
      requestedAt,
      finishedAt: dueAt ? undefined : finishedAt,
      nextAt: dueAt,
      enrollmentsLeft: enrollmentsLeft?.size ?? 0,
      erased: Counts.parse(tombstone),
      certificate,
    }),
  );
};
