import type { View } from '../api.ts';
import { Step } from '../parts/step.tsx';
import { useWords, type Word } from '../words/use-words.ts';

const headings: Partial<Record<View['status'], Word>> = {
  approved: 'approved',
  alternative_required: 'alternative',
};

/** The end of the case, in the words of its person: no score, no code, no suspicion. */
export const Result = ({ view: { status, message, nextStep, alternative } }: { view: View }) => {
  const { say } = useWords();
  const isApproved = status === 'approved';
  const next = nextStep ? say(nextStep) : undefined;
  return (
    <div class={isApproved ? 'result good' : 'result'}>
      <svg viewBox="0 0 64 64" aria-hidden="true">
        <circle cx="32" cy="32" r="30" />
        <path d={isApproved ? 'm19 33 9 9 17-20' : 'M32 18v18M32 45v1'} />
      </svg>
      <Step key="ended" word={headings[status] ?? 'ended'} more={isApproved ? say('approvedMore') : message}>
        {!isApproved && next ? <p>{next}</p> : null}
        {!isApproved && alternative?.url ? (
          <a class="button" href={alternative.url} rel="noreferrer">
            {say('openOtherWay')}
          </a>
        ) : null}
      </Step>
    </div>
  );
};
