import { Button, FormSelect, FormSelectOption, Label, SearchInput, ToolbarItem } from '@patternfly/react-core';
import { FilterIcon } from '@patternfly/react-icons/dist/esm/icons/filter-icon';
import { useEffect, useRef, useState, useSyncExternalStore } from 'react';
import { useSearchParams } from 'react-router';
import type { ImageQuery } from '../../shared/contracts/api.ts';
import type { ImageSort, ListedSystem, MemberStatus } from '../../shared/contracts/image.ts';
import type { ListedBootResult } from '../../shared/status/boot-result.ts';
import { isKey } from '../shell/is-key.ts';
import { useSpeech } from '../words/language.tsx';
import type { WordKey } from '../words/words.ts';
import { visibilityNames } from './visibility.ts';

export type ListFilter = Partial<
  Pick<ImageQuery, 'text' | 'status' | 'format' | 'imageType' | 'system' | 'boot' | 'visibility' | 'sort' | 'direction'>
> & {
  /** For images that others share. */
  answer?: MemberStatus;
  /** For administrators: a project, or `all` of them. Absent: the own one. */
  project?: string;
  /** How many images come before the page. */
  offset?: number;
};

/** Those of shared/contracts, whose library the page does not load. */
export const imageSorts: readonly ImageSort[] = ['created', 'name', 'size'];

const statuses = {
  queued: 'statusQueued',
  uploading: 'statusUploading',
  importing: 'statusImporting',
  active: 'statusActive',
  killed: 'statusKilled',
} as const satisfies Partial<Record<ImageQuery['status'] & string, WordKey>>;
const formats = { raw: 'raw', qcow2: 'qcow2' } as const;
const imageTypes = { image: 'onlyImages', snapshot: 'onlySnapshots' } as const satisfies Record<string, WordKey>;
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
const boots = {
  passed: 'onlyBootPassed',
  warned: 'onlyBootWarned',
  failed: 'onlyBootFailed',
  'not-reached': 'onlyBootNotReached',
  off: 'onlyBootOff',
  unknown: 'onlyBootUnknown',
} as const satisfies Record<ListedBootResult, WordKey>;
const answers = {
  pending: 'memberPending',
  accepted: 'memberAccepted',
  rejected: 'memberRejected',
} as const satisfies Record<MemberStatus, WordKey>;

/** The filters are in the address, so a list can be a bookmark or be sent to a colleague. Unknown filters are ignored. */
export function useListFilters() {
  const [params, setParams] = useSearchParams();
  const text = params.get('text')?.slice(0, 255);
  const status = params.get('status');
  const format = params.get('format');
  const imageType = params.get('imageType');
  const system = params.get('system');
  const boot = params.get('boot');
  const visibility = params.get('visibility');
  const answer = params.get('answer');
  const sort = imageSorts.find((each) => each === params.get('sort'));
  const direction = params.get('direction');
  const project = params.get('project');
  const offset = Number(params.get('offset') ?? 0);
  const filters: ListFilter = {
    ...(text ? { text } : {}),
    ...(isKey(statuses, status) ? { status } : {}),
    ...(format === 'raw' || format === 'qcow2' ? { format } : {}),
    ...(imageType === 'snapshot' || imageType === 'image' ? { imageType } : {}),
    ...(isKey(systems, system) ? { system } : {}),
    ...(isKey(boots, boot) ? { boot } : {}),
    ...(isKey(visibilityNames, visibility) ? { visibility } : {}),
    ...(isKey(answers, answer) ? { answer } : {}),
    ...(sort ? { sort } : {}),
    ...(direction === 'asc' || direction === 'desc' ? { direction } : {}),
    ...(project && /^[a-z0-9-]{1,63}$/.test(project) ? { project } : {}),
    ...(Number.isSafeInteger(offset) && offset > 0 ? { offset } : {}),
  };
  const { offset: _page, answer: _answer, sort: _sort, direction: _way, project: _of, ...narrowing } = filters;
  const isFiltered = Object.keys(narrowing).length > 0;
  /** Any other filter or order begins at the first page. Each page is an address: the browser's own way back is the way back. */
  const change = (changed: ListChange): void => {
    const { offset: _page, ...rest } = filters;
    const next = Object.entries({ ...rest, ...changed }).filter(([, value]) => value !== undefined && value !== '');
    setParams(Object.fromEntries(next.map(([name, value]) => [name, String(value)])), {
      replace: !('offset' in changed),
    });
  };
  return { filters, isFiltered, change, clear: () => setParams(project ? { project } : {}) };
}

export type ListChange = { [Key in keyof ListFilter]?: ListFilter[Key] | undefined };

type Props = { filters: ListFilter; change: ReturnType<typeof useListFilters>['change'] };

/** Letters come faster than questions should go out. */
const calmMs = 250;

/** Wide enough for the status beside the search. */
const wideWindow = '(min-width: 48rem)';

function useWideWindow(): boolean {
  return useSyncExternalStore(
    (changed) => {
      const query = window.matchMedia(wideWindow);
      query.addEventListener('change', changed);
      return () => query.removeEventListener('change', changed);
    },
    () => window.matchMedia(wideWindow).matches,
  );
}

/** Search and status, which most people use, and the others behind a button. */
export function ListFilters({ filters, change }: Props) {
  const { t } = useSpeech();
  const isWide = useWideWindow();
  const choices = useChoices(filters, change);
  const folded = choices.filter(({ isFirst }) => !(isFirst && isWide));
  const [isOpen, setOpen] = useState(false);
  const count = folded.filter(({ value }) => value).length;
  return (
    <>
      <NameFilter filters={filters} change={change} />
      {choices
        .filter((each) => !folded.includes(each))
        .map((choice) => (
          <Choice key={choice.name} {...choice} />
        ))}
      <ToolbarItem>
        <Button
          variant="control"
          icon={<FilterIcon />}
          aria-expanded={isOpen}
          onClick={() => setOpen(!isOpen)}
          {...(count > 0 ? { countOptions: { isRead: true, count } } : {})}
        >
          {t('moreFilters')}
        </Button>
      </ToolbarItem>
      {isOpen && folded.map((choice) => <Choice key={choice.name} {...choice} />)}
    </>
  );
}

/** A part of the name. */
export function NameFilter({ filters, change }: Props) {
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
  );
}

/** The filters in use besides the text, each with a button that ends it. */
export function ChosenFilters({ filters, change }: Props) {
  const { t } = useSpeech();
  const chosen = useChoices(filters, change).filter(({ value }) => value);
  if (chosen.length === 0) return null;
  return (
    <ul className="chosen-filters" aria-label={t('moreFilters')}>
      {chosen.map(({ name, label, names, value = '', onChoose }) => (
        <li key={name}>
          <Label
            variant="outline"
            closeBtnAriaLabel={t('endFilter', { what: label })}
            onClose={() => onChoose(undefined)}
          >
            {names[value]?.startsWith(label) ? names[value] : `${label}: ${names[value]}`}
          </Label>
        </li>
      ))}
    </ul>
  );
}

type FilterChoice = ChoiceProps<string> & { name: keyof ListFilter; isFirst?: true };

function useChoices(filters: ListFilter, change: Props['change']): FilterChoice[] {
  const { t } = useSpeech();
  const inWords = useInWords();
  const choice = (
    name: 'status' | 'boot' | 'format' | 'imageType' | 'system' | 'visibility',
    label: WordKey,
    all: WordKey,
    names: Readonly<Record<string, string>>,
  ): FilterChoice => ({
    name,
    label: t(label),
    all: t(all),
    names,
    value: filters[name],
    onChoose: (value) => change({ [name]: value }),
  });
  return [
    { ...choice('status', 'status', 'allStatuses', inWords(statuses)), isFirst: true },
    choice('system', 'system', 'allSystems', systems),
    choice('boot', 'bootTest', 'allBootTests', inWords(boots)),
    choice('format', 'format', 'allFormats', formats),
    choice('imageType', 'type', 'allTypes', inWords(imageTypes)),
    choice('visibility', 'visibilityColumn', 'allVisibilities', inWords(visibilityNames)),
  ];
}

/** For administrators, who see every project's images: whose are listed. */
export function ProjectFilter({ filters, change, own }: Props & { own: string }) {
  const { t } = useSpeech();
  const { project } = filters;
  const names = { all: t('allProjects'), ...(project && project !== 'all' ? { [project]: project } : {}) };
  return (
    <Choice
      label={t('project')}
      all={t('ownProject', { project: own })}
      names={names}
      value={project}
      onChoose={(chosen) => change({ project: chosen })}
    />
  );
}

/** By what this project has said to the images of others. */
export function AnswerFilter({ filters, change }: Props) {
  const { t } = useSpeech();
  const inWords = useInWords();
  return (
    <Choice
      label={t('answer')}
      all={t('everyAnswer')}
      names={inWords(answers)}
      value={filters.answer}
      onChoose={(answer) => change({ answer })}
    />
  );
}

/** Names of choices in the language that is chosen. */
function useInWords() {
  const { t } = useSpeech();
  return (words: Readonly<Record<string, WordKey>>): Record<string, string> =>
    Object.fromEntries(Object.entries(words).map(([value, word]) => [value, t(word)]));
}

type ChoiceProps<Value extends string> = {
  label: string;
  /** The text when nothing is chosen. */
  all: string;
  names: Readonly<Record<string, string>>;
  value: Value | undefined;
  onChoose: (value: Value | undefined) => void;
};

function Choice<Value extends string>({ label, all, names, value, onChoose }: ChoiceProps<Value>) {
  return (
    <ToolbarItem>
      <FormSelect
        aria-label={label}
        value={value ?? ''}
        onChange={(_event, chosen) => onChoose((chosen || undefined) as Value | undefined)}
      >
        <FormSelectOption value="" label={all} />
        {Object.entries(names).map(([each, name]) => (
          <FormSelectOption key={each} value={each} label={name} />
        ))}
      </FormSelect>
    </ToolbarItem>
  );
}
