import { FormSelect, FormSelectOption, SearchInput, ToolbarItem } from '@patternfly/react-core';
import { useEffect, useRef, useState } from 'react';
import { useSearchParams } from 'react-router';
import type { ImageQuery } from '../../shared/contracts/api.ts';
import type { MemberStatus } from '../../shared/contracts/image.ts';
import { useSpeech } from '../words/language.tsx';
import type { WordKey } from '../words/words.ts';

export type ListFilter = Partial<Pick<ImageQuery, 'text' | 'status' | 'format' | 'imageType' | 'after'>> & {
  /** Of what others share. */
  answer?: MemberStatus;
};

const statuses = {
  queued: 'statusQueued',
  uploading: 'statusUploading',
  importing: 'statusImporting',
  active: 'statusActive',
  killed: 'statusKilled',
} as const satisfies Partial<Record<ImageQuery['status'] & string, WordKey>>;
const formats = ['raw', 'qcow2'] as const;
const answers = {
  pending: 'memberPending',
  accepted: 'memberAccepted',
  rejected: 'memberRejected',
} as const satisfies Record<MemberStatus, WordKey>;

/** The filters are the address: a list can be kept as a bookmark and sent to a colleague. What is no filter of ours counts for nothing. */
export const useListFilters = () => {
  const [params, setParams] = useSearchParams();
  const text = params.get('text')?.slice(0, 255);
  const status = params.get('status');
  const format = params.get('format');
  const imageType = params.get('imageType');
  const answer = params.get('answer');
  const after = params.get('after');
  const filters: ListFilter = {
    ...(text ? { text } : {}),
    ...(status && status in statuses ? { status: status as keyof typeof statuses } : {}),
    ...(format === 'raw' || format === 'qcow2' ? { format } : {}),
    ...(imageType === 'snapshot' || imageType === 'image' ? { imageType } : {}),
    ...(answer && answer in answers ? { answer: answer as MemberStatus } : {}),
    ...(after ? { after } : {}),
  };
  const isFiltered = Boolean(filters.text ?? filters.status ?? filters.format ?? filters.imageType);
  /** Any other filter begins at the first page. */
  const change = (changed: { [Key in keyof ListFilter]?: ListFilter[Key] | undefined }): void => {
    const { after: _page, ...rest } = filters;
    const next = Object.entries({ ...rest, ...changed }).filter(([, value]) => value !== undefined && value !== '');
    setParams(Object.fromEntries(next) as Record<string, string>, {
      replace: changed.after === undefined,
      state: { cameFromPage: changed.after !== undefined },
    });
  };
  return { filters, isFiltered, change, clear: () => setParams({}) };
};

type Props = { filters: ListFilter; change: ReturnType<typeof useListFilters>['change'] };

/** Letters come faster than questions should go out. */
const calmMs = 250;

export const ListFilters = ({ filters, change }: Props) => {
  const { t } = useSpeech();
  const [text, setText] = useState(filters.text ?? '');
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => setText(filters.text ?? ''), [filters.text]);
  const search = (value: string): void => {
    setText(value);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => change({ text: value.trim() || undefined }), calmMs);
  };
  return (
    <>
      <ToolbarItem>
        <SearchInput
          aria-label={t('filterByName')}
          placeholder={t('filterByName')}
          resetButtonLabel={t('clearFilters')}
          value={text}
          onChange={(_event, value) => search(value)}
          onClear={() => search('')}
        />
      </ToolbarItem>
      <ToolbarItem>
        <FormSelect
          aria-label={t('status')}
          value={filters.status ?? ''}
          onChange={(_event, value) => change({ status: (value || undefined) as ListFilter['status'] })}
        >
          <FormSelectOption value="" label={t('allStatuses')} />
          {Object.entries(statuses).map(([status, word]) => (
            <FormSelectOption key={status} value={status} label={t(word)} />
          ))}
        </FormSelect>
      </ToolbarItem>
      <ToolbarItem>
        <FormSelect
          aria-label={t('format')}
          value={filters.format ?? ''}
          onChange={(_event, value) => change({ format: (value || undefined) as ListFilter['format'] })}
        >
          <FormSelectOption value="" label={t('allFormats')} />
          {formats.map((format) => (
            <FormSelectOption key={format} value={format} label={format} />
          ))}
        </FormSelect>
      </ToolbarItem>
      <ToolbarItem>
        <FormSelect
          aria-label={t('type')}
          value={filters.imageType ?? ''}
          onChange={(_event, value) => change({ imageType: (value || undefined) as ListFilter['imageType'] })}
        >
          <FormSelectOption value="" label={t('allTypes')} />
          <FormSelectOption value="image" label={t('onlyImages')} />
          <FormSelectOption value="snapshot" label={t('onlySnapshots')} />
        </FormSelect>
      </ToolbarItem>
    </>
  );
};

/** By what this project has said to the images of others. */
export const AnswerFilter = ({ filters, change }: Props) => {
  const { t } = useSpeech();
  return (
    <ToolbarItem>
      <FormSelect
        aria-label={t('answer')}
        value={filters.answer ?? ''}
        onChange={(_event, value) => change({ answer: (value || undefined) as ListFilter['answer'] })}
      >
        <FormSelectOption value="" label={t('everyAnswer')} />
        {Object.entries(answers).map(([answer, word]) => (
          <FormSelectOption key={answer} value={answer} label={t(word)} />
        ))}
      </FormSelect>
    </ToolbarItem>
  );
};
