import {
  Button,
  EmptyState,
  EmptyStateActions,
  EmptyStateBody,
  EmptyStateFooter,
  List,
  ListItem,
  PageSection,
  Skeleton,
  Title,
  Toolbar,
  ToolbarContent,
  ToolbarItem,
} from '@patternfly/react-core';
import { CubesIcon } from '@patternfly/react-icons/dist/esm/icons/cubes-icon';
import { SearchIcon } from '@patternfly/react-icons/dist/esm/icons/search-icon';
import { UploadIcon } from '@patternfly/react-icons/dist/esm/icons/upload-icon';
import { type DragEvent, useState } from 'react';
import { useLocation, useNavigate } from 'react-router';
import type { ImagePage, Self } from '../../shared/contracts/api.ts';
import { useImagePage } from '../api/live.ts';
import { DeleteDialog } from '../images/delete-dialog.tsx';
import { ImageTable } from '../images/image-table.tsx';
import { AnswerFilter, ListFilters, useListFilters } from '../images/list-filters.tsx';
import { QuotaLine } from '../images/quota-line.tsx';
import { Problem } from '../shell/failure.tsx';
import { Message } from '../shell/message.tsx';
import { UploadDialog } from '../upload/upload-dialog.tsx';
import { useSpeech } from '../words/language.tsx';
import { useTitle } from './title.ts';

const pageSize = 50;

export function MyImagesPage({ self }: { self: Self }) {
  const { t } = useSpeech();
  useTitle(t('myImages'));
  const { filters, isFiltered, change, clear } = useListFilters();
  const { answer: _ofOthers, ...own } = filters;
  const page = useImagePage({ ...own, limit: pageSize });
  const [dropped, setDropped] = useState<File[]>();
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [isDeleting, setDeleting] = useState(false);
  const mayUpload = self.role !== 'reader';
  // Images that are on another page or hidden by a filter are not deleted.
  const shownAndChosen = (page.data?.images ?? []).filter(({ id }) => chosen.has(id));
  const isEmpty = page.data?.images.length === 0 && !filters.after;

  const drop = (event: DragEvent): void => {
    if (!mayUpload || event.dataTransfer.files.length === 0) return;
    event.preventDefault();
    setDropped([...event.dataTransfer.files]);
  };
  const uploadButton = mayUpload && (
    <Button icon={<UploadIcon />} onClick={() => setDropped([])}>
      {t('uploadImage')}
    </Button>
  );
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping is an extra; the button does the same by keyboard
    <div className="drop-area" onDrop={drop} onDragOver={(event) => event.preventDefault()}>
      <PageSection>
        <Title headingLevel="h1">{t('myImages')}</Title>
        <QuotaLine quota={self.quota} />
      </PageSection>
      <PageSection isFilled>
        <Problems error={page.error} connected={page.connected} />
        {(!isEmpty || isFiltered) && (
          <Toolbar inset={{ default: 'insetNone' }}>
            <ToolbarContent>
              <ListFilters filters={filters} change={change} />
              {isFiltered && (
                <ToolbarItem>
                  <Button variant="link" onClick={clear}>
                    {t('clearFilters')}
                  </Button>
                </ToolbarItem>
              )}
              {shownAndChosen.length > 0 && (
                <ToolbarItem>
                  <Button variant="danger" onClick={() => setDeleting(true)}>
                    {t('removeChosen', { count: shownAndChosen.length })}
                  </Button>
                </ToolbarItem>
              )}
              <ToolbarItem align={{ default: 'alignEnd' }}>{uploadButton}</ToolbarItem>
            </ToolbarContent>
          </Toolbar>
        )}
        {page.isPending && <Loading />}
        {isEmpty && isFiltered && (
          <EmptyState titleText={t('nothingFound')} headingLevel="h2" icon={SearchIcon}>
            <EmptyStateBody>{t('nothingFoundHelp')}</EmptyStateBody>
          </EmptyState>
        )}
        {isEmpty && !isFiltered && (
          <EmptyState titleText={t('noImages')} headingLevel="h2" icon={CubesIcon}>
            <EmptyStateBody>
              {t('noImagesHelp')}
              <List isPlain className="requirements">
                <ListItem>{t('requirementFormat')}</ListItem>
                <ListItem>{t('requirementVirtio')}</ListItem>
                <ListItem>{t('requirementCloudInit')}</ListItem>
              </List>
            </EmptyStateBody>
            <EmptyStateFooter>
              <EmptyStateActions>{uploadButton}</EmptyStateActions>
            </EmptyStateFooter>
          </EmptyState>
        )}
        {page.data && !isEmpty && (
          <>
            <ImageTable
              images={page.data.images}
              self={self}
              label={t('myImages')}
              areOwn
              {...(mayUpload ? { chosen, onChoose: setChosen } : {})}
            />
            <Pages page={page.data} after={filters.after} change={change} />
          </>
        )}
      </PageSection>
      {isDeleting && (
        <DeleteDialog
          images={shownAndChosen}
          onClose={() => setDeleting(false)}
          onDeleted={() => setChosen(new Set())}
        />
      )}
      {dropped && <UploadDialog self={self} files={dropped} onClose={() => setDropped(undefined)} />}
    </div>
  );
}

/** Images that other projects share with this one, whatever its answer is. */
export function SharedImagesPage({ self }: { self: Self }) {
  const { t } = useSpeech();
  useTitle(t('sharedImages'));
  const { filters, change } = useListFilters();
  const { answer = 'all', after } = filters;
  const page = useImagePage({ shared: answer, limit: pageSize, ...(after ? { after } : {}) });
  const isEmpty = page.data?.images.length === 0;
  return (
    <>
      <PageSection>
        <Title headingLevel="h1">{t('sharedImages')}</Title>
      </PageSection>
      <PageSection isFilled>
        <Problems error={page.error} connected={page.connected} />
        {(!isEmpty || answer !== 'all') && (
          <Toolbar inset={{ default: 'insetNone' }}>
            <ToolbarContent>
              <AnswerFilter filters={filters} change={change} />
            </ToolbarContent>
          </Toolbar>
        )}
        {page.isPending && <Loading />}
        {isEmpty && (
          <EmptyState
            titleText={t(answer === 'all' ? 'noSharedImages' : 'nothingFound')}
            headingLevel="h2"
            icon={answer === 'all' ? CubesIcon : SearchIcon}
          >
            <EmptyStateBody>{t(answer === 'all' ? 'noSharedImagesHelp' : 'nothingFoundHelp')}</EmptyStateBody>
          </EmptyState>
        )}
        {page.data && !isEmpty && (
          <>
            <ImageTable images={page.data.images} self={self} label={t('sharedImages')} areShared />
            <Pages page={page.data} after={after} change={change} />
          </>
        )}
      </PageSection>
    </>
  );
}

/** Images that the provider offers to everyone; nobody changes them here. */
export function PlatformImagesPage({ self }: { self: Self }) {
  const { t } = useSpeech();
  useTitle(t('platformImages'));
  const { filters, change } = useListFilters();
  const page = useImagePage({ owner: 'platform', limit: pageSize, ...(filters.after ? { after: filters.after } : {}) });
  return (
    <>
      <PageSection>
        <Title headingLevel="h1">{t('platformImages')}</Title>
      </PageSection>
      <PageSection isFilled>
        <Problems error={page.error} connected={page.connected} />
        {page.isPending && <Loading />}
        {page.data?.images.length === 0 && (
          <EmptyState titleText={t('noPlatformImages')} headingLevel="h2" icon={CubesIcon}>
            <EmptyStateBody>{t('noPlatformImagesHelp')}</EmptyStateBody>
          </EmptyState>
        )}
        {page.data && page.data.images.length > 0 && (
          <>
            <ImageTable images={page.data.images} self={self} label={t('platformImages')} />
            <Pages page={page.data} after={filters.after} change={change} />
          </>
        )}
      </PageSection>
    </>
  );
}

function Problems({ error, connected }: { error: unknown; connected: boolean }) {
  const { t } = useSpeech();
  if (error) return <Problem error={error} />;
  return connected ? null : <Message isPlain variant="warning" title={t('reconnecting')} />;
}

function Loading() {
  const { t } = useSpeech();
  return (
    <div aria-busy="true" className="loading">
      {['first', 'second', 'third'].map((line) => (
        <Skeleton key={line} height="2.5rem" screenreaderText={t('loading')} />
      ))}
    </div>
  );
}

type PagesProps = { page: ImagePage; after: string | undefined; change: (filters: { after?: string }) => void };

/** Each page is an address: the browser's own way back is the way back. */
function Pages({ page, after, change }: PagesProps) {
  const { t } = useSpeech();
  const navigate = useNavigate();
  const { state } = useLocation() as { state: { cameFromPage?: boolean } | null };
  if (!after && !page.next) return null;
  return (
    <div className="pages">
      {after && !state?.cameFromPage && (
        <Button variant="secondary" onClick={() => change({})}>
          {t('firstPage')}
        </Button>
      )}
      {after && state?.cameFromPage && (
        <Button variant="secondary" onClick={() => void navigate(-1)}>
          {t('previousPage')}
        </Button>
      )}
      <Button variant="secondary" isDisabled={!page.next} onClick={() => page.next && change({ after: page.next })}>
        {t('nextPage')}
      </Button>
    </div>
  );
}
