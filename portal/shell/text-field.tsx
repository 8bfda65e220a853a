import { FormGroup, FormHelperText, HelperText, HelperTextItem, TextArea, TextInput } from '@patternfly/react-core';
import { useSpeech } from '../words/language.tsx';

type Props = {
  id: string;
  label: string;
  value: string;
  onChange: (value: string) => void;
  isRequired?: boolean | undefined;
  /** The line below the field. */
  help?: string | undefined;
  /** The line that refuses the value, in place of `help`. */
  problem?: string | undefined;
  placeholder?: string;
  maxLength?: number;
  type?: 'text' | 'url';
  inputMode?: 'decimal' | 'numeric';
  /** The id of a `datalist`. */
  list?: string;
  /** A field of so many lines. */
  rows?: number;
};

/** A labelled field of a form with one line below it, which says what to type or what is wrong. */
export function TextField({ id, label, value, onChange, isRequired, help, problem, rows, ...input }: Props) {
  const { t } = useSpeech();
  const line = problem ?? help;
  const shared = {
    ...input,
    id,
    value,
    isRequired: isRequired ?? false,
    autoComplete: 'off',
    validated: problem === undefined ? ('default' as const) : ('error' as const),
    ...(line === undefined ? {} : { 'aria-describedby': `${id}-help` }),
    onChange: (_event: unknown, next: string) => onChange(next),
  };
  return (
    <FormGroup label={label} fieldId={id} isRequired={isRequired ?? false}>
      {rows === undefined ? (
        <TextInput {...shared} />
      ) : (
        <TextArea {...shared} rows={rows} resizeOrientation="vertical" />
      )}
      {line !== undefined && (
        <FormHelperText>
          <HelperText id={`${id}-help`} isLiveRegion>
            <HelperTextItem
              {...(problem === undefined ? {} : { variant: 'error', screenReaderText: t('helperError') })}
            >
              {line}
            </HelperTextItem>
          </HelperText>
        </FormHelperText>
      )}
    </FormGroup>
  );
}
