import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import SegmentedControl from '@cloudscape-design/components/segmented-control';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { type Language, languages } from '../../shared/language.ts';
import type { Session } from '../session.ts';
import { useWords } from '../words/use-words.ts';

const names: Record<Language, string> = { es: 'ES', pt: 'PT', en: 'EN' };

export const LanguageChoice = ({
  session,
  setLanguage,
}: {
  session: Session;
  setLanguage: (language: Language) => void;
}) => {
  const { say, language } = useWords();
  const { signOut } = session;
  return (
    <Box padding={{ horizontal: 'xl', vertical: 'm' }}>
      <SpaceBetween size="m">
        <SegmentedControl
          label={say('language')}
          selectedId={language}
          onChange={({ detail }) => setLanguage(detail.selectedId as Language)}
          options={languages.map((id) => ({ id, text: names[id] }))}
        />
        {signOut ? <Button onClick={() => void signOut()}>{say('signOut')}</Button> : null}
      </SpaceBetween>
    </Box>
  );
};
