import { ExpandableSection, FormGroup, FormSelect, FormSelectOption, Grid, GridItem } from '@patternfly/react-core';
import { useState } from 'react';
import type { CreateImage, Self } from '../../shared/contracts/api.ts';
import type { ImageSettings, Visibility } from '../../shared/contracts/image.ts';
import type { SnapshotKind } from '../../shared/contracts/snapshot.ts';
import { Amount } from '../images/amount-field.tsx';
import { bootNames, formatNames, policyNames } from '../images/setting-names.ts';
import { visibilityHelp } from '../images/visibility.ts';
import { useSpeech } from '../words/language.tsx';
import type { WordKey } from '../words/words.ts';

/** Settings that an uploader may choose besides name and file. Absent values follow the project. */
export type More = {
  settings: ImageSettings;
  minRam: number;
  minDisk: number;
  visibility?: Exclude<Visibility, 'public'>;
  snapshot?: SnapshotKind;
};
export const nothingMore: More = { settings: {}, minRam: 0, minDisk: 0 };

/** The part that the image is created with. */
export function toCreate({ settings, snapshot }: More): Pick<CreateImage, 'settings' | 'snapshot'> {
  return { settings, ...(snapshot ? { snapshot: { kind: snapshot } } : {}) };
}

/** The part that changes it afterwards; undefined if no part does. */
export function toChange({ minRam, minDisk, visibility }: More) {
  const changed = {
    ...(minRam > 0 ? { minRam } : {}),
    ...(minDisk > 0 ? { minDisk } : {}),
    ...(visibility ? { visibility } : {}),
  };
  return Object.keys(changed).length > 0 ? changed : undefined;
}

type Props = { self: Self; more: More; onChange: (more: More) => void };

/** Settings that few need: folded, each with what holds without a choice. */
export function MoreSettings({ self: { defaults }, more, onChange }: Props) {
  const { t } = useSpeech();
  const [isOpen, setOpen] = useState(false);
  const { settings } = more;
  const set = (changed: { [Key in keyof ImageSettings]: ImageSettings[Key] | undefined }): void =>
    onChange({ ...more, settings: withoutAbsent<ImageSettings>({ ...settings, ...changed }) });
  return (
    <ExpandableSection toggleText={t('moreSettings')} isExpanded={isOpen} onToggle={(_event, open) => setOpen(open)}>
      <Grid hasGutter md={6}>
        <Choice
          id="upload-format"
          label={t('settingFormat')}
          names={formatNames}
          usual={defaults && t(formatNames[defaults.targetFormat])}
          value={settings.targetFormat}
          onChoose={(targetFormat) => set({ targetFormat })}
        />
        <Choice
          id="upload-policy"
          label={t('settingPolicy')}
          names={policyNames}
          usual={defaults && t(policyNames[defaults.policy])}
          value={settings.policy}
          onChoose={(policy) => set({ policy })}
        />
        <Choice
          id="upload-boot"
          label={t('settingBoot')}
          names={bootNames}
          usual={defaults && t(bootNames[defaults.bootCheck])}
          value={settings.bootCheck}
          onChoose={(bootCheck) => set({ bootCheck })}
        />
        <Choice
          id="upload-visibility"
          label={t('visibilityColumn')}
          names={visibilityHelp}
          usual={t('shareable')}
          value={more.visibility}
          onChoose={(visibility) => onChange(withoutAbsent<More>({ ...more, visibility }))}
        />
        <Choice
          id="upload-snapshot"
          label={t('type')}
          names={{ template: 'snapshotTemplate', backup: 'snapshotBackup' }}
          usual={t('image')}
          value={more.snapshot}
          onChoose={(snapshot) => onChange(withoutAbsent<More>({ ...more, snapshot }))}
        />
        <Amount
          id="upload-min-ram"
          label={t('minRam')}
          unit="MiB"
          step={256}
          value={more.minRam}
          onChange={(minRam) => onChange({ ...more, minRam })}
        />
        <Amount
          id="upload-min-disk"
          label={t('minDisk')}
          unit="GiB"
          step={1}
          value={more.minDisk}
          onChange={(minDisk) => onChange({ ...more, minDisk })}
        />
      </Grid>
    </ExpandableSection>
  );
}

function withoutAbsent<Whole>(values: { [Key in keyof Whole]: Whole[Key] | undefined }): Whole {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Whole;
}

type ChoiceProps<Value extends string> = {
  id: string;
  label: string;
  names: Record<Value, WordKey>;
  /** The value if nothing is chosen. */
  usual: string | undefined;
  value: Value | undefined;
  onChoose: (value: Value | undefined) => void;
};

function Choice<Value extends string>({ id, label, names, usual, value, onChoose }: ChoiceProps<Value>) {
  const { t } = useSpeech();
  return (
    <GridItem>
      <FormGroup label={label} fieldId={id}>
        <FormSelect
          id={id}
          value={value ?? ''}
          onChange={(_event, chosen) => onChoose((chosen || undefined) as Value | undefined)}
        >
          <FormSelectOption value="" label={usual ? t('usual', { value: usual }) : t('usualUnknown')} />
          {Object.entries<WordKey>(names).map(([each, name]) => (
            <FormSelectOption key={each} value={each} label={t(name)} />
          ))}
        </FormSelect>
      </FormGroup>
    </GridItem>
  );
}
