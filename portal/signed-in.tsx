import { Navigate, Route, Routes } from 'react-router';
import type { Self } from '../shared/contracts/api.ts';
import { MyImagesPage, PlatformImagesPage, SharedImagesPage } from './pages/image-list.tsx';
import { MissingPage } from './pages/missing.tsx';
import { NoticeProvider } from './shell/notices.tsx';
import { pageOnDemand } from './shell/on-demand.tsx';
import { Shell } from './shell/shell.tsx';
import { UploadsProvider } from './upload/uploads-context.tsx';

const ImageDetailPage = pageOnDemand(async () => (await import('./pages/image-detail.tsx')).ImageDetailPage);
const OperationsPage = pageOnDemand(async () => (await import('./pages/operations.tsx')).OperationsPage);
const SessionsPage = pageOnDemand(async () => (await import('./pages/sessions.tsx')).SessionsPage);
const WebhooksPage = pageOnDemand(async () => (await import('./pages/webhooks.tsx')).WebhooksPage);

/** All pages but the one of signing in. */
export function SignedIn({ self }: { self: Self }) {
  return (
    <NoticeProvider>
      <UploadsProvider self={self}>
        <Shell self={self}>
          <Routes>
            <Route path="/" element={<Navigate to="/images" replace />} />
            <Route path="/images" element={<MyImagesPage self={self} />} />
            <Route path="/images/shared" element={<SharedImagesPage self={self} />} />
            <Route path="/images/platform" element={<PlatformImagesPage self={self} />} />
            <Route path="/images/:id" element={<ImageDetailPage self={self} />} />
            <Route path="/sessions" element={<SessionsPage />} />
            {self.role !== 'reader' && <Route path="/webhooks" element={<WebhooksPage />} />}
            {self.role === 'admin' && (
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
