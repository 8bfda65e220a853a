import { Checkbox, Label } from '@patternfly/react-core';
import { Table, Tbody, Td, Th, Thead, type ThProps, Tr } from '@patternfly/react-table';
import { memo, useCallback, useState } from 'react';
import { Link } from 'react-router';
import type { GuestSummary, ImageView, Self } from '../../shared/contracts/api.ts';
import type { ImageSort } from '../../shared/contracts/image.ts';
import { isBackup, isSnapshot } from '../../shared/images/snapshot.ts';
import { isUnstarted } from '../../shared/status/image-state.ts';
import { useSpeech } from '../words/language.tsx';
import { AnswerLabel } from './answer-label.tsx';
import { ImageMenu } from './image-menu.tsx';
import { imageSorts, type ListChange, type ListFilter } from './list-filters.tsx';
import { StatusChip } from './status-chip.tsx';
import { visibilityNames } from './visibility.ts';

/** Columns that a narrow screen can hide. */
const wideOnly: ('hidden' | 'visibleOn2Xl')[] = ['hidden', 'visibleOn2Xl'];

type Props = {
  images: readonly ImageView[];
  label: string;
  /** Absent where nobody may change anything. */
  self?: Self;
  /** Ids of the chosen images; absent if no action works on several. */
  chosen?: ReadonlySet<string>;
  onChoose?: (ids: ReadonlySet<string>) => void;
  /** Present where the list can be sorted. */
  sorting?: { filters: ListFilter; change: (changed: ListChange) => void };
  /** Images of the own project: the table shows who else may see them. */
  areOwn?: boolean;
  /** Images of other projects: the table shows their owner, and this project's answer. */
  areShared?: boolean;
};

export function ImageTable({
  images,
  label,
  self,
  chosen,
  onChoose,
  sorting,
  areOwn = false,
  areShared = false,
}: Props) {
  const { t } = useSpeech();
  const choose = useCallback(
    (ids: readonly string[], isChosen: boolean): void => {
      const next = new Set(chosen);
      for (const id of ids) next[isChosen ? 'add' : 'delete'](id);
      onChoose?.(next);
    },
    [chosen, onChoose],
  );
  const sortBy = (column: ImageSort): Pick<ThProps, 'sort'> => {
    if (!sorting) return {};
    const { sort = 'created', direction = 'desc' } = sorting.filters;
    return {
      sort: {
        columnIndex: imageSorts.indexOf(column),
        sortBy: { index: imageSorts.indexOf(sort), direction },
        onSort: (_event, _index, next) =>
          sorting.change({ sort: column, direction: sort === column ? next : column === 'name' ? 'asc' : 'desc' }),
      },
    };
  };
  const showsOwner = areShared || self?.role === 'admin';
  return (
    <Table aria-label={label} variant="compact" gridBreakPoint="grid-lg" className="image-table">
      <Thead noWrap>
        <Tr>
          {chosen && (
            <Th modifier="fitContent">
              <Checkbox
                id="choose-all"
                aria-label={t('chooseAll')}
                isChecked={images.every(({ id }) => chosen.has(id))}
                onChange={(_event, isChosen) =>
                  choose(
                    images.map(({ id }) => id),
                    isChosen,
                  )
                }
              />
            </Th>
          )}
          <Th {...sortBy('name')}>{t('name')}</Th>
          <Th>{t('status')}</Th>
          <Th>{t('system')}</Th>
          <Th>{t('format')}</Th>
          <Th {...sortBy('size')}>{t('size')}</Th>
          {areOwn && <Th visibility={wideOnly}>{t('visibilityColumn')}</Th>}
          {showsOwner && <Th>{t('owner')}</Th>}
          {areShared && <Th>{t('answer')}</Th>}
          <Th {...sortBy('created')}>{t('created')}</Th>
          {self && <Th screenReaderText={t('actions')} />}
        </Tr>
      </Thead>
      <Tbody>
        {images.map((image) => (
          <Row
            key={image.id}
            image={image}
            {...(self ? { self } : {})}
            showsOwner={showsOwner}
            showsVisibility={areOwn}
            showsAnswer={areShared}
            {...(chosen ? { isChosen: chosen.has(image.id), onChoose: choose } : {})}
          />
        ))}
      </Tbody>
    </Table>
  );
}

type RowProps = {
  image: ImageView;
  self?: Self;
  showsOwner: boolean;
  showsVisibility: boolean;
  showsAnswer: boolean;
  isChosen?: boolean;
  onChoose?: (ids: readonly string[], isChosen: boolean) => void;
};

const Row = memo(({ image, self, showsOwner, showsVisibility, showsAnswer, isChosen, onChoose }: RowProps) => {
  const { t, bytes, time } = useSpeech();
  const [isOpen, setOpen] = useState(false);
  const system = nameSystem(image.guest);
  const size = image.size ?? image.upload.size;
  return (
    <Tr
      onContextMenu={(event) => {
        if (!self) return;
        // With the mouse, a link and selected text have a menu of the browser that is worth more. Shift+F10 opens this one.
        const isLink = event.target instanceof Element && event.target.closest('a') !== null;
        if (event.button === 2 && (isLink || window.getSelection()?.isCollapsed === false)) return;
        event.preventDefault();
        setOpen(true);
      }}
    >
      {onChoose && (
        <Td modifier="fitContent">
          <Checkbox
            id={`choose-${image.id}`}
            aria-label={t('choose', { name: image.name })}
            isChecked={isChosen ?? false}
            onChange={(_event, chosen) => onChoose([image.id], chosen)}
          />
        </Td>
      )}
      <Td dataLabel={t('name')} modifier="breakWord">
        <Link to={`/images/${image.id}`} className="guest-text image-name" title={image.name}>
          {image.name}
        </Link>
        {image.family && <span className="guest-text quiet"> {image.family}</span>}
        {image.visibility === 'public' && image.properties.description && (
          <div className="quiet guest-text why">{image.properties.description}</div>
        )}
        {isSnapshot(image.properties) && (
          <>
            {' '}
            <Label isCompact color="purple">
              {t(isBackup(image.properties) ? 'backup' : 'snapshot')}
            </Label>
          </>
        )}
      </Td>
      <Td dataLabel={t('status')} modifier="breakWord" className="state">
        <StatusChip image={image} />
        <Why image={image} />
      </Td>
      <Td dataLabel={t('system')} modifier="breakWord" className="system">
        {system ? (
          <>
            <span className="guest-text">{system}</span>
            {image.guest?.architecture && <span className="guest-text quiet"> {image.guest.architecture}</span>}
          </>
        ) : (
          <Nothing />
        )}
      </Td>
      <Td dataLabel={t('format')} modifier="nowrap">
        {image.diskFormat ?? <Nothing />}
      </Td>
      <Td dataLabel={t('size')} modifier="nowrap" className="figures">
        {size === null ? <Nothing /> : bytes(size)}
        {image.virtualSize !== null && image.virtualSize !== size && (
          <span className="quiet"> / {bytes(image.virtualSize)}</span>
        )}
      </Td>
      {showsVisibility && (
        <Td dataLabel={t('visibilityColumn')} visibility={wideOnly} modifier="nowrap">
          {t(visibilityNames[image.visibility])}
        </Td>
      )}
      {showsOwner && <Td dataLabel={t('owner')}>{image.projectId}</Td>}
      {showsAnswer && (
        <Td dataLabel={t('answer')} modifier="nowrap">
          {image.memberStatus && <AnswerLabel answer={image.memberStatus} />}
        </Td>
      )}
      <Td dataLabel={t('created')} modifier="nowrap" className="figures">
        {time(image.createdAt)}
      </Td>
      {self && (
        <Td isActionCell>
          <ImageMenu image={image} self={self} isOpen={isOpen} onOpenChange={setOpen} />
        </Td>
      )}
    </Tr>
  );
});
Row.displayName = 'Row';

/** The worst finding, so that nobody must open the page to know it; and that nobody has started it. */
function Why({ image }: { image: ImageView }) {
  const { t } = useSpeech();
  const { activity, status } = image;
  const trouble = status === 'deleted' || status === 'pending_delete' ? null : activity?.trouble;
  return (
    <>
      {trouble && (
        <div className="quiet guest-text why" title={trouble.problem}>
          {trouble.problem ?? trouble.title}
          {trouble.count > 1 && <span> {t('andMore', { count: trouble.count - 1 })}</span>}
        </div>
      )}
      {trouble && isUnstarted(image) && <div className="quiet why">{t('notStarted')}</div>}
    </>
  );
}

function Nothing() {
  return <span className="quiet">–</span>;
}

/** The system's own name, short enough for a column: "Debian GNU/Linux 12 (bookworm)" becomes "Debian 12". */
function nameSystem(guest: GuestSummary | null): string | undefined {
  const name = guest?.osName
    ?.replace(/\s*\([^)]*\)\s*$/, '')
    .replace(' GNU/Linux', '')
    .trim();
  if (name) return name;
  const parts = [guest?.osDistro, guest?.osVersion].filter(Boolean);
  return parts.length > 0 ? parts.join(' ') : undefined;
}
