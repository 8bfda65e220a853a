import { Button, FormGroup, Grid, GridItem, NumberInput, TextInput } from '@patternfly/react-core';
import { MinusCircleIcon } from '@patternfly/react-icons/dist/esm/icons/minus-circle-icon';
import { PlusCircleIcon } from '@patternfly/react-icons/dist/esm/icons/plus-circle-icon';
import { useState } from 'react';
import type { ImageView } from '../../shared/contracts/api.ts';
import { api } from '../api/client.ts';
import { FormDialog } from '../shell/form-dialog.tsx';
import { useNotify } from '../shell/notices.tsx';
import { useSpeech } from '../words/language.tsx';
import { isComplete, listProperties, type Property, toChanges } from './property-changes.ts';

type Props = { image: ImageView; onClose: () => void };

/** The requirements of an instance, and the properties by which clouds place it: Glance's own. */
export function PropertiesDialog({ image, onClose }: Props) {
  const { t } = useSpeech();
  const notify = useNotify();
  const [minRam, setMinRam] = useState(image.minRam);
  const [minDisk, setMinDisk] = useState(image.minDisk);
  const [properties, setProperties] = useState(() => listProperties(image.properties));
  const change = (at: number, changed: Partial<Property>): void =>
    setProperties((before) => before.map((each, index) => (index === at ? { ...each, ...changed } : each)));
  const save = async (): Promise<void> => {
    await api.changeImage(image.id, { minRam, minDisk, properties: toChanges(image.properties, properties) });
    notify({ variant: 'success', title: t('propertiesSaved', { name: image.name }) });
  };
  return (
    <FormDialog
      id="properties"
      title={t('propertiesTitle')}
      help={t('propertiesHelp')}
      action={t('save')}
      isWide
      isReady={isComplete(properties)}
      onSubmit={save}
      onClose={onClose}
    >
      <Grid hasGutter md={6}>
        <Amount id="min-ram" label={t('minRam')} unit="MiB" step={256} value={minRam} onChange={setMinRam} />
        <Amount id="min-disk" label={t('minDisk')} unit="GiB" step={1} value={minDisk} onChange={setMinDisk} />
      </Grid>
      <FormGroup role="group" label={t('properties')} fieldId="properties-list" isStack>
        {properties.map(({ id, name, value }, index) => (
          <div key={id} className="property">
            <TextInput
              id={`property-name-${id}`}
              aria-label={t('propertyName')}
              value={name}
              maxLength={255}
              onChange={(_event, next) => change(index, { name: next })}
            />
            <TextInput
              id={`property-value-${id}`}
              aria-label={t('propertyValue', { name })}
              value={value}
              onChange={(_event, next) => change(index, { value: next })}
            />
            <Button
              variant="plain"
              aria-label={t('propertyRemove', { name })}
              icon={<MinusCircleIcon />}
              onClick={() => setProperties((before) => before.filter((_each, at) => at !== index))}
            />
          </div>
        ))}
        <Button
          variant="link"
          isInline
          icon={<PlusCircleIcon />}
          onClick={() => setProperties((before) => [...before, { id: crypto.randomUUID(), name: '', value: '' }])}
        >
          {t('propertyAdd')}
        </Button>
      </FormGroup>
    </FormDialog>
  );
}

type AmountProps = {
  id: string;
  label: string;
  unit: string;
  step: number;
  value: number;
  onChange: (value: number) => void;
};

function Amount({ id, label, unit, step, value, onChange }: AmountProps) {
  const { t } = useSpeech();
  const set = (next: number): void => onChange(Number.isSafeInteger(next) && next > 0 ? next : 0);
  return (
    <GridItem>
      <FormGroup label={label} fieldId={id}>
        <NumberInput
          inputProps={{ id }}
          inputAriaLabel={`${label} (${unit})`}
          minusBtnAriaLabel={t('less', { what: label })}
          plusBtnAriaLabel={t('more', { what: label })}
          unit={unit}
          min={0}
          value={value}
          onMinus={() => set(value - step)}
          onPlus={() => set(value + step)}
          onChange={(event) => set(Number((event.target as HTMLInputElement).value))}
        />
      </FormGroup>
    </GridItem>
  );
}
