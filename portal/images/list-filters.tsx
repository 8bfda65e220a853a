import { FormSelect, FormSelectOption, SearchInput, ToolbarItem } from '@patternfly/react-core';
import { useEffect, useRef, useState } from 'react';
import { useSearchParams } from 'react-router';
import type { ImageQuery } from '../../shared/contracts/api.ts';
import type { ListedSystem, MemberStatus, Visibility } from '../../shared/contracts/image.ts';
import { useSpeech } from '../words/language.tsx';
import type { WordKey } from '../words/words.ts';
import { visibilityNames } from './visibility.ts';

export type ListFilter = Partial<
  Pick<ImageQuery, 'text' | 'status' | 'format' | 'imageType' | 'system' | 'visibility' | 'after'>
> & {
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
/** Their names are the same in every language. */
const systems = {
  linux: 'Linux',
  windows: 'Windows',
  debian: 'Debian',
  ubuntu: 'Ubuntu',
  rhel: 'Red Hat Enterprise Linux',
  centos: 'CentOS',
  rocky: 'Rocky Linux',
  almalinux: 'AlmaLinux',
  oraclelinux: 'Oracle Linux',
  fedora: 'Fedora',
  opensuse: 'openSUSE',
  sles: 'SUSE Linux Enterprise',
  alpinelinux: 'Alpine Linux',
  archlinux: 'Arch Linux',
  freebsd: 'FreeBSD',
} as const satisfies Record<ListedSystem, string>;
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
  const system = params.get('system');
  const visibility = params.get('visibility');
  const answer = params.get('answer');
  const after = params.get('after');
  const filters: ListFilter = {
    ...(text ? { text } : {}),
    ...(status && status in statuses ? { status: status as keyof typeof statuses } : {}),
    ...(format === 'raw' || format === 'qcow2' ? { format } : {}),
    ...(imageType === 'snapshot' || imageType === 'image' ? { imageType } : {}),
    ...(system && system in systems ? { system: system as ListedSystem } : {}),
    ...(visibility && visibility in visibilityNames ? { visibility: visibility as Visibility } : {}),
    ...(answer && answer in answers ? { answer: answer as MemberStatus } : {}),
    ...(after ? { after } : {}),
  };
  const { after: _page, answer: _answer, ...narrowing } = filters;
  const isFiltered = Object.keys(narrowing).length > 0;
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
      <ToolbarItem>
        <FormSelect
          aria-label={t('system')}
          value={filters.system ?? ''}
          onChange={(_event, value) => change({ system: (value || undefined) as ListFilter['system'] })}
        >
          <FormSelectOption value="" label={t('allSystems')} />
          {Object.entries(systems).map(([system, name]) => (
            <FormSelectOption key={system} value={system} label={name} />
          ))}
        </FormSelect>
      </ToolbarItem>
      <ToolbarItem>
        <FormSelect
          aria-label={t('visibilityColumn')}
          value={filters.visibility ?? ''}
          onChange={(_event, value) => change({ visibility: (value || undefined) as ListFilter['visibility'] })}
        >
          <FormSelectOption value="" label={t('allVisibilities')} />
          {Object.entries(visibilityNames).map(([visibility, word]) => (
            <FormSelectOption key={visibility} value={visibility} label={t(word)} />
          ))}
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
