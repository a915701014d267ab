import { type Answer, type Call, SendError } from '../../../shared/truora/http.ts';
import { clock } from '../virtual/clock.ts';
import { checkpoint } from '../virtual/effects.ts';

export { SendError };

/** The stand-in for Truora in this system. Throws a SendError as the real transport does. */
export type Vendor = {
  /** What a call is called in the trace. */
  nameOf(call: Call): string;
  answer(call: Call): Promise<Answer>;
};

let vendor: Vendor;

/** From here on calls to Truora are answered by this one. */
export const answerTruoraBy = (by: Vendor): void => {
  vendor = by;
};

/** Takes the place of the product's transport: the same call and the same errors, through the checkpoint, in virtual time. */
export const send = (call: Call): Promise<Answer> =>
  checkpoint(vendor.nameOf(call), async () => {
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    const deadline = clock.after(call.deadlines.totalMs, () => reject(new SendError('total_deadline', 'maybe')));
    vendor.answer(call).then(resolve, reject);
    try {
      const answer = await promise;
      // The real transport stops reading there, and says so.
      if (answer.body.length > call.maxBytes) throw new SendError('answer_too_large', 'maybe');
      return answer;
    } finally {
      clock.clear(deadline);
      if (typeof call.body === 'object') call.body.stream.destroy();
    }
  });
