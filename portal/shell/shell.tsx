import {
  Badge,
  Button,
  Masthead,
  MastheadBrand,
  MastheadContent,
  MastheadLogo,
  MastheadMain,
  MastheadToggle,
  Nav,
  NavItem,
  NavList,
  Page,
  PageSidebar,
  PageSidebarBody,
  PageToggleButton,
  SkipToContent,
  Toolbar,
  ToolbarContent,
  ToolbarGroup,
  ToolbarItem,
} from '@patternfly/react-core';
import { BarsIcon } from '@patternfly/react-icons/dist/esm/icons/bars-icon';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useEffect, useRef } from 'react';
import { Link, useLocation } from 'react-router';
import type { Self } from '../../shared/contracts/api.ts';
import { api } from '../api/client.ts';
import { useShownImage } from '../api/streamed-images.ts';
import { findHome, imageLists } from '../images/home.ts';
import { useUploads } from '../upload/uploads-context.tsx';
import { useSpeech } from '../words/language.tsx';
import { dialogOnDemand } from './dialog-on-demand.tsx';
import { useProblemWords } from './failure.tsx';
import { useNotify } from './notices.tsx';
import { ProjectOfUser } from './project.tsx';
import { LanguageSwitch, ThemeSwitch } from './switches.tsx';

const UploadDock = dialogOnDemand(async () => (await import('../upload/upload-dock.tsx')).UploadDock);

const mainId = 'main';

/** Masthead, menu, page, and the dock of uploads that stays whatever page is shown. */
export function Shell({ self, children }: { self: Self; children: ReactNode }) {
  const { t } = useSpeech();
  const { list: uploads } = useUploads();
  return (
    <Page
      masthead={<TopBar self={self} />}
      sidebar={<Menu self={self} />}
      isManagedSidebar
      mainContainerId={mainId}
      skipToContent={<SkipToContent href={`#${mainId}`}>{t('skipToContent')}</SkipToContent>}
    >
      <TopOfPage />
      {children}
      {uploads.length > 0 && <UploadDock />}
    </Page>
  );
}

/** Where people type or choose: a new page must not take them away. */
const fields = 'input, select, textarea';

/** A new page begins at its top, and keyboards and screen readers at its content. */
function TopOfPage() {
  const { pathname, search, hash } = useLocation();
  const place = `${pathname} ${new URLSearchParams(search).get('offset') ?? ''}`;
  const shown = useRef(place);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the address is what changes
  useEffect(() => {
    const isNew = shown.current !== place;
    shown.current = place;
    if (hash !== '') return;
    const main = document.getElementById(mainId);
    main?.scrollTo({ top: 0 });
    if (isNew && !document.activeElement?.matches(fields)) main?.focus({ preventScroll: true });
  }, [pathname, search]);
  return null;
}

function TopBar({ self }: { self: Self }) {
  const { t } = useSpeech();
  const queries = useQueryClient();
  const notify = useNotify();
  const problemWords = useProblemWords();
  const signOut = async (): Promise<void> => {
    try {
      const signedOut = await api.signOut();
      if (signedOut) return location.assign(signedOut.signOutUrl);
      queries.setQueryData(['self'], null);
    } catch (error) {
      notify({ variant: 'danger', ...problemWords(error) });
    }
  };
  return (
    <Masthead>
      <MastheadMain>
        <MastheadToggle>
          <PageToggleButton variant="plain" aria-label={t('showMenu')}>
            <BarsIcon />
          </PageToggleButton>
        </MastheadToggle>
        <MastheadBrand>
          <MastheadLogo
            component={(props) => <Link {...props} to="/images" className={`${props.className ?? ''} brand`} />}
          >
            bootready
          </MastheadLogo>
        </MastheadBrand>
      </MastheadMain>
      <MastheadContent>
        <Toolbar isStatic>
          <ToolbarContent>
            <ToolbarGroup align={{ default: 'alignEnd' }} gap={{ default: 'gapMd' }}>
              <ToolbarItem className="project-name">
                <ProjectOfUser self={self} />
              </ToolbarItem>
              <ToolbarItem>
                <LanguageSwitch />
              </ToolbarItem>
              <ToolbarItem>
                <ThemeSwitch />
              </ToolbarItem>
              <ToolbarItem>
                <Button variant="link" onClick={() => void signOut()}>
                  {t('signOut')}
                </Button>
              </ToolbarItem>
            </ToolbarGroup>
          </ToolbarContent>
        </Toolbar>
      </MastheadContent>
    </Masthead>
  );
}

/** How many shared images wait for this project's answer. */
function Unanswered({ self }: { self: Self }) {
  const { t } = useSpeech();
  const waiting = useQuery({
    queryKey: ['images', 'unanswered', self.projectId],
    queryFn: () => api.images({ shared: 'pending', limit: 100 }),
  });
  const count = waiting.data?.images.length ?? 0;
  if (count === 0) return null;
  return (
    <Badge className="nav-count" screenReaderText={t('unanswered')}>
      {count}
    </Badge>
  );
}

function Menu({ self }: { self: Self }) {
  const { t } = useSpeech();
  const { pathname } = useLocation();
  const image = useShownImage(/^\/images\/([^/]+)$/.exec(pathname)?.[1]);
  const home = image ? findHome(image, self) : pathname;
  return (
    <PageSidebar>
      <PageSidebarBody>
        <Nav aria-label={t('navigation')}>
          <NavList>
            {/* Three entries need no folding: the heading leads to the most used one. */}
            <NavItem>
              <Link to="/images">{t('images')}</Link>
            </NavItem>
            {imageLists.map(({ path, word }) => (
              <NavItem key={path} isActive={home === path} className="nav-below">
                <Link to={path}>
                  {t(word)}
                  {path === '/images/shared' && <Unanswered self={self} />}
                </Link>
              </NavItem>
            ))}
            {self.role === 'admin' && (
              <NavItem isActive={pathname.startsWith('/operations')}>
                <Link to="/operations">{t('operations')}</Link>
              </NavItem>
            )}
            {self.role !== 'reader' && (
              <NavItem isActive={pathname === '/webhooks'}>
                <Link to="/webhooks">{t('webhooks')}</Link>
              </NavItem>
            )}
            <NavItem isActive={pathname === '/sessions'}>
              <Link to="/sessions">{t('sessions')}</Link>
            </NavItem>
          </NavList>
        </Nav>
      </PageSidebarBody>
    </PageSidebar>
  );
}
