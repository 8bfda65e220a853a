import {
  ClipboardCopy,
  DescriptionList,
  DescriptionListDescription,
  DescriptionListGroup,
  DescriptionListTerm,
} from '@patternfly/react-core';
import { useQuery } from '@tanstack/react-query';
import type { ImageDetail, Self } from '../../shared/contracts/api.ts';
import type { Report } from '../../shared/contracts/run.ts';
import { api } from '../api/client.ts';
import { useSpeech } from '../words/language.tsx';
import type { WordKey } from '../words/words.ts';
import { bootNames, formatNames, policyNames } from './setting-names.ts';

/** Terms are above their values if the column beside the timeline is narrow. */
const beside = { default: 'horizontal', lg: 'vertical', '2xl': 'horizontal' } as const;

type Fact = [word: WordKey, value: string | null | undefined];

/** The contents of the image. All of it is the guest's own text. */
export function Facts({ report }: { report: Report }) {
  const { bytes } = useSpeech();
  const { guest = {}, disk, layers } = report;
  const packed = layers
    .map(({ kind, member }) => (kind === 'disk' || kind === 'pieces' ? '' : member ? `${kind}: ${member}` : kind))
    .filter(Boolean);
  return (
    <List
      facts={[
        ['system', guest.osName ?? [guest.osDistro, guest.osVersion].filter(Boolean).join(' ')],
        ['architecture', guest.architecture],
        ['kernel', guest.kernels?.join(', ')],
        ['cloudInit', guest.cloudInit],
        ['initSystem', guest.initSystem],
        ['firmware', guest.firmware?.map((each) => each.toUpperCase()).join(', ')],
        ['partitionTable', guest.partitionTable?.toUpperCase()],
        ['uploadedAs', disk && [...packed, `${disk.format} (${disk.variant})`].join(' → ')],
        ['virtualSize', disk && bytes(disk.virtualSize)],
      ]}
    />
  );
}

const visibilityWords = {
  private: 'visibilityPrivate',
  shared: 'visibilityShared',
  community: 'visibilityCommunity',
  public: 'visibilityPublic',
} as const satisfies { [Visibility in ImageDetail['visibility']]: WordKey };

/** By which clouds place it: what was found, and what its owner has set. */
export function Properties({ properties }: { properties: ImageDetail['properties'] }) {
  return (
    <DescriptionList isCompact orientation={beside} horizontalTermWidthModifier={{ default: '12rem' }}>
      {Object.entries(properties)
        .toSorted(([a], [b]) => a.localeCompare(b))
        .map(([name, value]) => (
          <DescriptionListGroup key={name}>
            <DescriptionListTerm className="guest-text">{name}</DescriptionListTerm>
            <DescriptionListDescription className="guest-text">{value}</DescriptionListDescription>
          </DescriptionListGroup>
        ))}
    </DescriptionList>
  );
}

/** The installation's record of the image. */
export function Record({ image, self }: { image: ImageDetail; self: Self }) {
  const { t, bytes, number, time } = useSpeech();
  const { data } = useQuery({
    queryKey: ['members', image.id],
    queryFn: () => api.members(image.id),
    enabled: image.visibility === 'shared' && image.projectId === self.projectId,
  });
  const members = data?.members.map(({ projectId }) => projectId);
  const audience =
    members === undefined
      ? t(visibilityWords[image.visibility])
      : members.length === 0
        ? t('visibilityPrivate')
        : t('visibilityMembers', { members: members.join(', ') });
  return (
    <List
      facts={[
        ['identifier', image.id],
        ['owner', image.projectId],
        ['created', time(image.createdAt)],
        ['format', image.diskFormat],
        ['size', image.size === null ? null : bytes(image.size)],
        ['virtualSize', image.virtualSize === null ? null : bytes(image.virtualSize)],
        ['checksum', image.sha256],
        ['family', image.family],
        ['visibility', audience],
        ['protection', image.protected ? t('yes') : null],
        ['description', image.properties.description],
        ['tags', image.tags.join(', ')],
        ['settingFormat', image.applied && t(formatNames[image.applied.targetFormat])],
        ['settingPolicy', image.applied && t(policyNames[image.applied.policy])],
        ['settingBoot', image.applied && t(bootNames[image.applied.bootCheck])],
        ['minRam', image.minRam > 0 ? `${number(image.minRam)} MiB` : null],
        ['minDisk', image.minDisk > 0 ? `${number(image.minDisk)} GiB` : null],
      ]}
    />
  );
}

/** Values that people need elsewhere, letter by letter. */
const copied: ReadonlySet<WordKey> = new Set<WordKey>(['identifier', 'checksum']);

function Copied({ what, value }: { what: string; value: string }) {
  const { t } = useSpeech();
  return (
    <ClipboardCopy
      variant="inline-compact"
      hoverTip={t('copy')}
      clickTip={t('copied')}
      copyAriaLabel={t('copyWhat', { what })}
    >
      {value}
    </ClipboardCopy>
  );
}

function List({ facts }: { facts: readonly Fact[] }) {
  const { t } = useSpeech();
  return (
    <DescriptionList isCompact orientation={beside} horizontalTermWidthModifier={{ default: '9rem' }}>
      {facts.map(
        ([word, value]) =>
          value && (
            <DescriptionListGroup key={word}>
              <DescriptionListTerm>{t(word)}</DescriptionListTerm>
              <DescriptionListDescription className="guest-text">
                {copied.has(word) ? <Copied what={t(word)} value={value} /> : value}
              </DescriptionListDescription>
            </DescriptionListGroup>
          ),
      )}
    </DescriptionList>
  );
}
