import { Button, FormSelect, FormSelectOption } from '@patternfly/react-core';
import { useState } from 'react';
import type { ImagePage } from '../../shared/contracts/api.ts';
import { useSpeech } from '../words/language.tsx';
import type { ListChange } from './list-filters.tsx';

const sizes = [25, 50, 100, 200] as const;
const storageKey = 'bootready.page-size';

/** How many images a page has; this browser keeps the choice. */
export function usePageSize() {
  const [size, setSize] = useState(() => {
    const kept = Number(localStorage.getItem(storageKey));
    return sizes.find((each) => each === kept) ?? 50;
  });
  const choose = (next: number): void => {
    localStorage.setItem(storageKey, String(next));
    setSize(sizes.find((each) => each === next) ?? 50);
  };
  return { size, choose };
}

type Props = {
  page: ImagePage;
  offset: number;
  pageSize: ReturnType<typeof usePageSize>;
  change: (changed: ListChange) => void;
};

/** Where one is in the list, and the ways to its other pages. */
export function ListPages({ page, offset, pageSize: { size, choose }, change }: Props) {
  const { t, number } = useSpeech();
  const { images, total = images.length } = page;
  const end = offset + images.length;
  if (total <= sizes[0] && offset === 0) return <p className="pages quiet figures">{t('countOf', { count: total })}</p>;
  return (
    <nav className="pages" aria-label={t('pages')}>
      <span className="quiet figures">
        {t('rangeOf', { first: number(offset + 1), last: number(end), total: number(total) })}
      </span>
      <FormSelect
        className="page-size"
        aria-label={t('pageSize')}
        value={size}
        onChange={(_event, chosen) => {
          choose(Number(chosen));
          change({ offset: undefined });
        }}
      >
        {sizes.map((each) => (
          <FormSelectOption key={each} value={each} label={t('perPage', { count: each })} />
        ))}
      </FormSelect>
      <Button
        variant="secondary"
        isDisabled={offset === 0}
        onClick={() => change({ offset: Math.max(0, offset - size) || undefined })}
      >
        {t('previousPage')}
      </Button>
      <Button variant="secondary" isDisabled={end >= total} onClick={() => change({ offset: end })}>
        {t('nextPage')}
      </Button>
    </nav>
  );
}
