import { useState } from 'preact/hooks';
import { localeOf } from '../../shared/language.ts';
import { agree, type TextRef } from '../api.ts';
import { ConsentText } from '../parts/consent-text.tsx';
import { Step } from '../parts/step.tsx';
import type { useCase } from '../use-case.ts';
import { useWords } from '../words/use-words.ts';

type Props = { texts: readonly TextRef[] } & Pick<ReturnType<typeof useCase>, 'act'>;

/** The country of the browser's language, such as `es-CO`, or of the first text in the language of the page. */
const likelyCountry = (texts: readonly TextRef[], language: string): string => {
  const regions = navigator.languages.map((tag) => tag.split('-')[1]?.toUpperCase());
  const likely =
    texts.find(({ country }) => regions.includes(country)) ?? texts.find((text) => text.language === language);
  return (likely ?? texts[0])?.country ?? '';
};

/** Shows the text of consent. Only what was shown, and is the text that the case names, can be agreed to. */
export const Consent = ({ texts, act }: Props) => {
  const { say, language } = useWords();
  const [country, setCountry] = useState(() => likelyCountry(texts, language));
  const [readHash, setReadHash] = useState('');
  const [state, setState] = useState<'idle' | 'busy' | 'failed'>('idle');
  const countries = [...new Set(texts.map((text) => text.country))];
  const ofCountry = texts.filter((text) => text.country === country);
  const text = ofCountry.find((one) => one.language === language) ?? ofCountry[0];
  const names = new Intl.DisplayNames(localeOf(language), { type: 'region' });

  const onAgree = async (read: TextRef) => {
    setState('busy');
    try {
      await act((session) => agree(session, language, read));
    } catch {
      setState('failed');
    }
  };

  return (
    <Step word="consent">
      {countries.length > 1 ? (
        <label>
          {say('country')}
          <select value={country} onChange={({ currentTarget }) => setCountry(currentTarget.value)}>
            {countries.map((one) => (
              <option key={one} value={one}>
                {names.of(one)}
              </option>
            ))}
          </select>
        </label>
      ) : null}
      {text ? <ConsentText key={text.textSha256} text={text} onRead={setReadHash} /> : null}
      <p role="alert" class="fault">
        {state === 'failed' ? say('sendFault') : ''}
      </p>
      <div class="actions">
        <button
          type="button"
          class="primary"
          disabled={state === 'busy' || text?.textSha256 !== readHash}
          onClick={() => text && onAgree(text)}
        >
          {say('agree')}
        </button>
      </div>
    </Step>
  );
};
