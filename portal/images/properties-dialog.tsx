import { Button, Checkbox, FormGroup, FormSelect, FormSelectOption, Grid, TextInput } from '@patternfly/react-core';
import { MinusCircleIcon } from '@patternfly/react-icons/dist/esm/icons/minus-circle-icon';
import { PlusCircleIcon } from '@patternfly/react-icons/dist/esm/icons/plus-circle-icon';
import { useState } from 'react';
import type { ImageView } from '../../shared/contracts/api.ts';
import type { Visibility } from '../../shared/contracts/image.ts';
import { api } from '../api/client.ts';
import { FormDialog } from '../shell/form-dialog.tsx';
import { useNotify } from '../shell/notices.tsx';
import { TextField } from '../shell/text-field.tsx';
import { useSpeech } from '../words/language.tsx';
import { Amount } from './amount-field.tsx';
import { isComplete, listProperties, type Property, splitTags, toChanges } from './property-changes.ts';
import { visibilityHelp } from './visibility.ts';

type Props = { image: ImageView; onClose: () => void };

/** The requirements of an instance, and the properties by which clouds place it: Glance's own. */
export function PropertiesDialog({ image, onClose }: Props) {
  const { t } = useSpeech();
  const notify = useNotify();
  const [minRam, setMinRam] = useState(image.minRam);
  const [minDisk, setMinDisk] = useState(image.minDisk);
  const { description: given = '', ...rest } = image.properties;
  const [description, setDescription] = useState(given);
  const [tags, setTags] = useState(image.tags.join(', '));
  const [visibility, setVisibility] = useState(image.visibility);
  const [isProtected, setProtected] = useState(image.protected);
  const [properties, setProperties] = useState(() => listProperties(rest));
  const change = (at: number, changed: Partial<Property>): void =>
    setProperties((before) => before.map((each, index) => (index === at ? { ...each, ...changed } : each)));
  const save = async (): Promise<void> => {
    const text = description.trim();
    await api.changeImage(image.id, {
      minRam,
      minDisk,
      protected: isProtected,
      tags: splitTags(tags),
      ...(visibility !== image.visibility && visibility !== 'public' ? { visibility } : {}),
      properties: {
        ...toChanges(rest, properties),
        ...(text === (image.properties.description ?? '') ? {} : { description: text === '' ? null : text }),
      },
    });
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
      <TextField
        id="properties-description"
        label={t('description')}
        value={description}
        maxLength={1000}
        onChange={setDescription}
      />
      <TextField id="properties-tags" label={t('tags')} value={tags} help={t('tagsHelp')} onChange={setTags} />
      {image.visibility !== 'public' && (
        <FormGroup label={t('visibilityColumn')} fieldId="properties-visibility">
          <FormSelect
            id="properties-visibility"
            value={visibility}
            onChange={(_event, next) => setVisibility(next as Visibility)}
          >
            {Object.entries(visibilityHelp).map(([each, word]) => (
              <FormSelectOption key={each} value={each} label={t(word)} />
            ))}
          </FormSelect>
        </FormGroup>
      )}
      <Checkbox
        id="properties-protected"
        label={t('protection')}
        description={t('protectionHelp')}
        isChecked={isProtected}
        onChange={(_event, next) => setProtected(next)}
      />
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
