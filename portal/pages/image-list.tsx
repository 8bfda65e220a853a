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
import type { ImageView, QuotaView, Self } from '../../shared/contracts/api.ts';
import { api } from '../api/client.ts';
import { useImagePage } from '../api/streamed-images.ts';
import { ImageTable } from '../images/image-table.tsx';
import {
  AnswerFilter,
  ChosenFilters,
  ListFilters,
  NameFilter,
  ProjectFilter,
  useListFilters,
} from '../images/list-filters.tsx';
import { ListPages, usePageSize } from '../images/list-pages.tsx';
import { dialogOnDemand } from '../shell/dialog-on-demand.tsx';
import { Problem } from '../shell/failure.tsx';
import { Message } from '../shell/message.tsx';
import { useSpeech } from '../words/language.tsx';
import { useTitle } from './title.ts';

const DeleteDialog = dialogOnDemand(async () => (await import('../images/delete-dialog.tsx')).DeleteDialog);
const UploadDialog = dialogOnDemand(async () => (await import('../upload/upload-dialog.tsx')).UploadDialog);

/** A list with fewer images is seen at a glance. */
const manyImages = 10;

export function MyImagesPage({ self }: { self: Self }) {
  const { t } = useSpeech();
  const { filters, isFiltered, change, clear } = useListFilters();
  const { answer: _ofOthers, project: chosenProject, offset = 0, ...own } = filters;
  const isAdmin = self.role === 'admin';
  const project = isAdmin ? (chosenProject ?? self.projectId) : undefined;
  const title =
    !project || project === self.projectId
      ? t('myImages')
      : project === 'all'
        ? t('allImages')
        : t('imagesOf', { project });
  useTitle(title);
  const pageSize = usePageSize();
  const query = { ...own, ...(project && project !== 'all' ? { project } : {}) };
  const page = useImagePage({ ...query, offset, limit: pageSize.size });
  const [dropped, setDropped] = useState<File[]>();
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [every, setEvery] = useState<readonly ImageView[]>();
  const [isDeleting, setDeleting] = useState(false);
  const mayUpload = self.role !== 'reader';
  const shown = page.data?.images ?? [];
  // Images that are on another page or hidden by a filter are not deleted, unless all that match were asked for.
  const picked = every ?? shown.filter(({ id }) => chosen.has(id));
  const isEmpty = page.data?.images.length === 0 && offset === 0;
  const total = page.data?.total ?? shown.length;
  const hasFilters = useStays(isFiltered || total >= manyImages);
  const choose = (ids: ReadonlySet<string>): void => {
    setEvery(undefined);
    setChosen(ids);
  };
  const chooseEvery = async (): Promise<void> => {
    const found: ImageView[] = [];
    while (found.length < total) {
      const { images } = await api.images({ ...query, offset: found.length, limit: 500 });
      if (images.length === 0) break;
      found.push(...images);
    }
    setEvery(found);
  };

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
        <Title headingLevel="h1">{title}</Title>
        <QuotaLine quota={self.quota} />
      </PageSection>
      <PageSection isFilled>
        <Problems error={page.error} connected={page.connected} />
        {(!isEmpty || isFiltered || isAdmin) && (
          <Toolbar inset={{ default: 'insetNone' }}>
            <ToolbarContent>
              {isAdmin && <ProjectFilter filters={filters} change={change} own={self.projectId} />}
              {hasFilters && <ListFilters filters={filters} change={change} />}
              {isFiltered && (
                <ToolbarItem>
                  <Button variant="link" onClick={clear}>
                    {t('clearFilters')}
                  </Button>
                </ToolbarItem>
              )}
              {picked.length > 0 && (
                <ToolbarItem>
                  <Button variant="danger" onClick={() => setDeleting(true)}>
                    {t('removeChosen', { count: picked.length })}
                  </Button>
                </ToolbarItem>
              )}
              {picked.length > 0 && picked.length === shown.length && total > shown.length && (
                <ToolbarItem>
                  {every ? (
                    t('everyChosen', { count: every.length })
                  ) : (
                    <Button variant="link" onClick={() => void chooseEvery()}>
                      {t('chooseEvery', { count: total })}
                    </Button>
                  )}
                </ToolbarItem>
              )}
              {!isEmpty && <ToolbarItem align={{ default: 'alignEnd' }}>{uploadButton}</ToolbarItem>}
            </ToolbarContent>
          </Toolbar>
        )}
        <ChosenFilters filters={filters} change={change} />
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
              <List className="requirements">
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
              label={title}
              areOwn
              sorting={{ filters, change }}
              {...(mayUpload ? { chosen, onChoose: choose } : {})}
            />
            <ListPages page={page.data} offset={offset} pageSize={pageSize} change={change} />
          </>
        )}
      </PageSection>
      {isDeleting && (
        <DeleteDialog images={picked} onClose={() => setDeleting(false)} onDeleted={() => choose(new Set())} />
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
  const { answer = 'all', offset = 0 } = filters;
  const pageSize = usePageSize();
  const page = useImagePage({ shared: answer, offset, limit: pageSize.size });
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
            <ListPages page={page.data} offset={offset} pageSize={pageSize} change={change} />
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
  const { offset = 0, text } = filters;
  const pageSize = usePageSize();
  const page = useImagePage({ owner: 'platform', ...(text ? { text } : {}), offset, limit: pageSize.size });
  const hasFilter = useStays(text !== undefined || (page.data?.total ?? 0) >= manyImages);
  const isEmpty = page.data?.images.length === 0;
  return (
    <>
      <PageSection>
        <Title headingLevel="h1">{t('platformImages')}</Title>
      </PageSection>
      <PageSection isFilled>
        <Problems error={page.error} connected={page.connected} />
        {page.isPending && <Loading />}
        {hasFilter && (
          <Toolbar inset={{ default: 'insetNone' }}>
            <ToolbarContent>
              <NameFilter filters={filters} change={change} />
            </ToolbarContent>
          </Toolbar>
        )}
        {isEmpty && (
          <EmptyState
            titleText={t(text ? 'nothingFound' : 'noPlatformImages')}
            headingLevel="h2"
            icon={text ? SearchIcon : CubesIcon}
          >
            <EmptyStateBody>{t(text ? 'nothingFoundHelp' : 'noPlatformImagesHelp')}</EmptyStateBody>
          </EmptyState>
        )}
        {page.data && !isEmpty && (
          <>
            <ImageTable images={page.data.images} self={self} label={t('platformImages')} />
            <ListPages page={page.data} offset={offset} pageSize={pageSize} change={change} />
          </>
        )}
      </PageSection>
    </>
  );
}

/** Once they are there, filters stay: somebody may be typing. */
function useStays(isThere: boolean): boolean {
  const [wasThere, setWasThere] = useState(isThere);
  if (isThere && !wasThere) setWasThere(true);
  return isThere || wasThere;
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

/** The quota of the project and its use; nothing if there are no limits. */
function QuotaLine({ quota: { limits, used } }: { quota: QuotaView }) {
  const { t, bytes } = useSpeech();
  const parts = [
    ...(limits.bytes === null ? [] : [t('quotaBytes', { used: bytes(used.bytes), limit: bytes(limits.bytes) })]),
    ...(limits.images === null ? [] : [t('quotaImages', { used: used.images, limit: limits.images })]),
    ...(limits.uploads === null ? [] : [t('quotaUploads', { used: used.uploads, limit: limits.uploads })]),
  ];
  return parts.length === 0 ? null : <p className="quiet">{parts.join(' · ')}</p>;
}
