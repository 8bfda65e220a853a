import {
  Bullseye,
  Button,
  EmptyState,
  EmptyStateActions,
  EmptyStateBody,
  EmptyStateFooter,
  Spinner,
} from '@patternfly/react-core';
import { Navigate, Route, Routes } from 'react-router';
import { useSelf } from './api/live.ts';
import { MyImagesPage, PlatformImagesPage, SharedImagesPage } from './pages/image-list.tsx';
import { MissingPage } from './pages/missing.tsx';
import { SignInPage } from './pages/sign-in.tsx';
import { NoticeProvider } from './shell/notices.tsx';
import { pageOnDemand } from './shell/on-demand.tsx';
import { LanguageSwitch, Shell, ThemeSwitch } from './shell/shell.tsx';
import { UploadsProvider } from './upload/uploads-context.tsx';
import { useSpeech } from './words/language.tsx';

const ImageDetailPage = pageOnDemand(async () => (await import('./pages/image-detail.tsx')).ImageDetailPage);
const OperationsPage = pageOnDemand(async () => (await import('./pages/operations.tsx')).OperationsPage);
const SessionsPage = pageOnDemand(async () => (await import('./pages/sessions.tsx')).SessionsPage);

export function App() {
  const { t } = useSpeech();
  const self = useSelf();
  if (self.isPending) {
    return (
      <Bullseye>
        <Spinner aria-label={t('loading')} />
      </Bullseye>
    );
  }
  if (self.data === undefined) {
    return (
      <main className="unreachable">
        <div className="sign-in-switches">
          <LanguageSwitch />
          <ThemeSwitch />
        </div>
        <EmptyState titleText={t('unreachable')} headingLevel="h1" status="danger">
          <EmptyStateBody>{t('unreachableHelp')}</EmptyStateBody>
          <EmptyStateFooter>
            <EmptyStateActions>
              <Button isLoading={self.isFetching} onClick={() => void self.refetch()}>
                {t('tryAgain')}
              </Button>
            </EmptyStateActions>
          </EmptyStateFooter>
        </EmptyState>
      </main>
    );
  }
  if (self.data === null) return <SignInPage />;
  return (
    <NoticeProvider>
      <UploadsProvider self={self.data}>
        <Shell self={self.data}>
          <Routes>
            <Route path="/" element={<Navigate to="/images" replace />} />
            <Route path="/images" element={<MyImagesPage self={self.data} />} />
            <Route path="/images/shared" element={<SharedImagesPage self={self.data} />} />
            <Route path="/images/platform" element={<PlatformImagesPage self={self.data} />} />
            <Route path="/images/:id" element={<ImageDetailPage self={self.data} />} />
            <Route path="/sessions" element={<SessionsPage />} />
            {self.data.role === 'admin' && (
              <>
                <Route path="/operations" element={<OperationsPage />} />
                <Route path="/operations/:tab" element={<OperationsPage />} />
              </>
            )}
            <Route path="*" element={<MissingPage />} />
          </Routes>
        </Shell>
      </UploadsProvider>
    </NoticeProvider>
  );
}
