import { FormGroup, GridItem, NumberInput } from '@patternfly/react-core';
import { useSpeech } from '../words/language.tsx';

type AmountProps = {
  id: string;
  label: string;
  unit: string;
  step: number;
  value: number;
  onChange: (value: number) => void;
};

/** A whole number with its unit, 0 for none. */
export function Amount({ id, label, unit, step, value, onChange }: AmountProps) {
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
