import Alert from '@cloudscape-design/components/alert';
import AppLayout from '@cloudscape-design/components/app-layout';
import Box from '@cloudscape-design/components/box';
import SideNavigation from '@cloudscape-design/components/side-navigation';
import { lazy, Suspense, useEffect, useState } from 'react';
import { type Language, pageLanguage } from '../shared/language.ts';
import { SessionContext, useSession } from './api.ts';
import { openSession } from './open-session.ts';
import { CasesPage } from './pages/cases.tsx';
import { LanguageChoice } from './parts/language-choice.tsx';
import { Loading } from './parts/loading.tsx';
import { codeOf, PageBoundary } from './parts/page-boundary.tsx';
import { addressOf, type Route, today, useRoute } from './route.ts';
import type { Session } from './session.ts';
import { LanguageContext, useWords } from './words/use-words.ts';

// Loaded when it is opened: the picture and the charts are half of all code.
const CasePage = lazy(codeOf(async () => ({ default: (await import('./pages/case.tsx')).CasePage })));
const DayPage = lazy(codeOf(async () => ({ default: (await import('./pages/day.tsx')).DayPage })));
const CampaignsPage = lazy(codeOf(async () => ({ default: (await import('./pages/campaigns.tsx')).CampaignsPage })));
const CampaignPage = lazy(codeOf(async () => ({ default: (await import('./pages/campaign.tsx')).CampaignPage })));
const HealthPage = lazy(codeOf(async () => ({ default: (await import('./pages/health.tsx')).HealthPage })));

const Page = ({ route }: { route: Route }) => {
  const { campaigns } = useSession();
  if (route.page === 'case') return <CasePage id={route.id} />;
  if (route.page === 'day') return <DayPage day={route.day ?? today()} />;
  if (route.page === 'health') return <HealthPage />;
  if (campaigns && route.page === 'campaigns') return <CampaignsPage />;
  if (campaigns && route.page === 'campaign') return <CampaignPage id={route.id} />;
  return <CasesPage />;
};

const activeOf = (route: Route): string => {
  if (route.page === 'day') return addressOf.day(today());
  if (route.page === 'campaigns' || route.page === 'campaign') return addressOf.campaigns;
  return route.page === 'health' ? addressOf.health : addressOf.cases;
};

/** On a narrow screen the navigation covers the page, so it is closed at first and after each choice. */
const isNarrow = () => window.matchMedia('(max-width: 688px)').matches;

const Frame = ({ session, setLanguage }: { session: Session; setLanguage: (language: Language) => void }) => {
  const { say } = useWords();
  const route = useRoute();
  const [isOpen, setOpen] = useState(!isNarrow());
  return (
    <AppLayout
      toolsHide
      navigationOpen={isOpen}
      onNavigationChange={({ detail }) => setOpen(detail.open)}
      ariaLabels={{
        navigation: say('navigation'),
        navigationToggle: say('openNavigation'),
        navigationClose: say('closeNavigation'),
      }}
      navigation={
        <>
          <SideNavigation
            header={{ text: say('title'), href: addressOf.cases }}
            activeHref={activeOf(route)}
            onFollow={() => setOpen(!isNarrow())}
            items={[
              { type: 'link', text: say('cases'), href: addressOf.cases },
              { type: 'link', text: say('today'), href: addressOf.day(today()) },
              ...(session.campaigns
                ? [{ type: 'link' as const, text: say('campaigns'), href: addressOf.campaigns }]
                : []),
              { type: 'link', text: say('health'), href: addressOf.health },
            ]}
          />
          <LanguageChoice setLanguage={setLanguage} session={session} />
        </>
      }
      content={
        <>
          {session.canWrite ? null : (
            <Box margin={{ bottom: 's' }}>
              <Alert type="info">{say('readOnly')}</Alert>
            </Box>
          )}
          <PageBoundary key={route.page}>
            <Suspense fallback={<Loading />}>
              <Page route={route} />
            </Suspense>
          </PageBoundary>
        </>
      }
    />
  );
};

/** `undefined` while the session is opened, `null` when there is none. */
const useOpened = (): Session | null | undefined => {
  const [session, setSession] = useState<Session | null>();
  useEffect(() => {
    openSession().then(setSession, () => setSession(null));
  }, []);
  return session;
};

const SignedOut = () => {
  const { say } = useWords();
  return (
    <Box padding="xl">
      <Alert type="warning">{say('signInAgain')}</Alert>
    </Box>
  );
};

export const App = () => {
  const [language, setLanguage] = useState(() => pageLanguage(window.location.search, navigator.languages));
  const session = useOpened();
  useEffect(() => {
    document.documentElement.lang = language;
  }, [language]);
  return (
    <LanguageContext value={language}>
      {session === null ? <SignedOut /> : null}
      {session ? (
        <SessionContext value={session}>
          <Frame session={session} setLanguage={setLanguage} />
        </SessionContext>
      ) : null}
    </LanguageContext>
  );
};
