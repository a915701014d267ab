import { useEffect, useState } from 'preact/hooks';
import { pageLanguage } from '../shared/language.ts';
import { LanguageChoice } from './parts/language-choice.tsx';
import { OtherWay } from './parts/other-way.tsx';
import { Step } from './parts/step.tsx';
import { Consent } from './steps/consent.tsx';
import { Record } from './steps/record.tsx';
import { Result } from './steps/result.tsx';
import { useCase } from './use-case.ts';
import { LanguageContext, useWords } from './words/use-words.ts';

export const App = () => {
  const [language, setLanguage] = useState(() => pageLanguage(location.search, navigator.languages));
  useEffect(() => {
    document.documentElement.lang = language;
  }, [language]);
  return (
    <LanguageContext.Provider value={language}>
      <Page setLanguage={setLanguage} />
    </LanguageContext.Provider>
  );
};

const Page = ({ setLanguage }: Pick<Parameters<typeof LanguageChoice>[0], 'setLanguage'>) => {
  const { say, language } = useWords();
  const { known, isOffline, act, refresh, markSent } = useCase(language);
  const isOpen = known.at === 'open';
  return (
    <>
      <header>
        <p class="brand">{say('title')}</p>
        <LanguageChoice setLanguage={setLanguage} />
      </header>
      <main>
        {known.at === 'opening' ? <Step key="opening" word="opening" isWaiting /> : null}
        {known.at === 'closed' ? <Step key="closed" word="closed" more={say('closedMore')} /> : null}
        {isOpen ? <StepOf {...{ known, act, refresh, markSent }} /> : null}
      </main>
      <footer>
        <p role="status" class="offline">
          {isOffline ? say('offline') : ''}
        </p>
        {isOpen && known.view.step !== 'ended' ? <OtherWay act={act} /> : null}
      </footer>
    </>
  );
};

type Case = ReturnType<typeof useCase>;

type Props = Omit<Case, 'known' | 'isOffline'> & { known: Extract<Case['known'], { at: 'open' }> };

const StepOf = ({ known: { session, view, sentAt, wasUnused }, act, refresh, markSent }: Props) => {
  const { say } = useWords();
  if (view.step === 'ended') return <Result view={view} />;
  if (view.step === 'consent') return <Consent texts={view.texts ?? []} act={act} />;
  if (view.step === 'starting') return <Step key="starting" word="starting" more={say('startingMore')} isWaiting />;
  if (view.step === 'checking' || sentAt !== undefined)
    return <Step key="checking" word="checking" more={say('checkingMore')} isWaiting />;
  return <Record {...{ session, view, wasUnused, refresh, markSent }} />;
};
