import { FormHelperText, HelperText, HelperTextItem, TextInput } from '@patternfly/react-core';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { api } from '../api/client.ts';
import { useSpeech } from '../words/language.tsx';
import { nameProblem } from './image-name.ts';

type Props = {
  id: string;
  value: string;
  onChange: (name: string) => void;
  /** The image that has the name already, when it is renamed. */
  ownId?: string;
  /** An empty name shows no error before the user has tried to continue. */
  isUntouched?: boolean;
};

/** Letters come faster than questions should go out. */
const calmMs = 300;

/** A name, checked at once: its form here, and by the API whether another image has it. */
export function NameField({ id, value, onChange, ownId, isUntouched = false }: Props) {
  const { t } = useSpeech();
  const problem = nameProblem(value);
  const asked = useCalm(value.trim());
  const same = useQuery({
    queryKey: ['name', asked],
    queryFn: () => api.images({ name: asked, limit: 2 }),
    enabled: nameProblem(asked) === undefined,
  });
  const isTaken = asked === value.trim() && (same.data?.images ?? []).some((image) => image.id !== ownId);
  const shown = problem && !(isUntouched && problem === 'nameEmpty') ? problem : undefined;
  return (
    <>
      <TextInput
        id={id}
        value={value}
        isRequired
        maxLength={300}
        autoComplete="off"
        validated={shown ? 'error' : isTaken ? 'warning' : 'default'}
        aria-describedby={`${id}-help`}
        aria-invalid={shown !== undefined}
        onChange={(_event, name) => onChange(name)}
      />
      <FormHelperText>
        <HelperText id={`${id}-help`} isLiveRegion>
          {shown && (
            <HelperTextItem variant="error" screenReaderText={t('helperError')}>
              {t(shown)}
            </HelperTextItem>
          )}
          {!shown && isTaken && (
            <HelperTextItem variant="warning" screenReaderText={t('helperWarning')}>
              {t('nameTaken')}
            </HelperTextItem>
          )}
          {!shown && !isTaken && value === '' && <HelperTextItem>{t('nameExample')}</HelperTextItem>}
        </HelperText>
      </FormHelperText>
    </>
  );
}

function useCalm(value: string): string {
  const [calm, setCalm] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setCalm(value), calmMs);
    return () => clearTimeout(timer);
  }, [value]);
  return calm;
}
