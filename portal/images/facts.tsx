import {
  DescriptionList,
  DescriptionListDescription,
  DescriptionListGroup,
  DescriptionListTerm,
} from '@patternfly/react-core';
import type { ImageDetail } from '../../shared/contracts/api.ts';
import type { Report } from '../../shared/contracts/run.ts';
import { useSpeech } from '../words/language.tsx';
import type { WordKey } from '../words/words.ts';

type Fact = [word: WordKey, value: string | null | undefined];

/** What the image is made of. All of it is the guest's own text. */
export const Facts = ({ report }: { report: Report }) => {
  const { bytes } = useSpeech();
  const { guest = {}, disk, layers } = report;
  const packed = layers
    .map(({ kind, member }) => (kind === 'disk' ? '' : member ? `${kind}: ${member}` : kind))
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
};

/** What the installation keeps of it. */
export const Record = ({ image }: { image: ImageDetail }) => {
  const { bytes, time } = useSpeech();
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
      ]}
    />
  );
};

const List = ({ facts }: { facts: readonly Fact[] }) => {
  const { t } = useSpeech();
  return (
    <DescriptionList isCompact isHorizontal horizontalTermWidthModifier={{ default: '9rem' }}>
      {facts.map(
        ([word, value]) =>
          value && (
            <DescriptionListGroup key={word}>
              <DescriptionListTerm>{t(word)}</DescriptionListTerm>
              <DescriptionListDescription className="guest-text">{value}</DescriptionListDescription>
            </DescriptionListGroup>
          ),
      )}
    </DescriptionList>
  );
};
