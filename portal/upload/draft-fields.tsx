import { Button, FormGroup, FormHelperText, HelperText, HelperTextItem, Spinner } from '@patternfly/react-core';
import { type DragEvent, useEffect, useRef, useState } from 'react';
import type { Self } from '../../shared/contracts/api.ts';
import { api } from '../api/client.ts';
import { NameField } from '../images/name-field.tsx';
import { Message } from '../shell/message.tsx';
import { useSpeech } from '../words/language.tsx';
import type { FileCheck } from './check-file.ts';

export type Draft = { id: string; name: string; file: File | undefined; isChecked: boolean; isRefused: boolean };

type Props = {
  draft: Draft;
  self: Self;
  isFirst: boolean;
  /** Somebody has tried to go on: what is missing is named. */
  isTried: boolean;
  onChange: (changed: Partial<Draft>) => void;
  onChoose: (files: readonly File[]) => void;
  onRemove?: () => void;
};

export function DraftFields({ draft, self, isFirst, isTried, onChange, onChoose, onRemove }: Props) {
  const { t, bytes } = useSpeech();
  const input = useRef<HTMLInputElement>(null);
  const check = useFileCheck(draft, self, onChange);
  const { file } = draft;
  const helpId = `${draft.id}-file-help`;
  const drop = (event: DragEvent): void => {
    event.preventDefault();
    event.stopPropagation();
    onChoose([...event.dataTransfer.files]);
  };
  return (
    <div className="draft">
      <FormGroup label={t('name')} fieldId={`${draft.id}-name`} isRequired>
        <NameField
          id={`${draft.id}-name`}
          value={draft.name}
          onChange={(name) => onChange({ name })}
          isUntouched={!isTried}
        />
      </FormGroup>
      <FormGroup label={t('file')} fieldId={`${draft.id}-file`} isRequired role="group">
        {/* biome-ignore lint/a11y/noStaticElementInteractions: dropping is an extra; the button does the same by keyboard */}
        <div className="file-choice" onDrop={drop} onDragOver={(event) => event.preventDefault()}>
          <input
            ref={input}
            type="file"
            multiple={isFirst}
            hidden
            aria-label={t('file')}
            onChange={(event) => {
              onChoose([...(event.target.files ?? [])]);
              // The same file may be chosen once more.
              event.target.value = '';
            }}
          />
          <Button variant="secondary" aria-describedby={helpId} onClick={() => input.current?.click()}>
            {t(file ? 'chooseOtherFile' : 'chooseFile')}
          </Button>
          {file ? (
            <span className="guest-text chosen">
              {file.name} <span className="quiet">{bytes(file.size)}</span>
            </span>
          ) : (
            <span className="quiet">{t('dropHere')}</span>
          )}
          {onRemove && (
            <Button variant="link" onClick={onRemove}>
              {t('removeFile')}
            </Button>
          )}
        </div>
        <FormHelperText>
          <HelperText id={helpId} isLiveRegion>
            {isTried && !file && (
              <HelperTextItem variant="error" screenReaderText={t('helperError')}>
                {t('fileMissing')}
              </HelperTextItem>
            )}
            {file && !check && (
              <HelperTextItem icon={<Spinner size="sm" aria-hidden="true" />}>{t('fileLookedAt')}</HelperTextItem>
            )}
            {check && !draft.isRefused && check.disk && (
              <HelperTextItem variant="success" screenReaderText={t('helperSuccess')}>
                {t('fileGood', {
                  what: `${check.disk.format} (${check.disk.variant}), ${bytes(check.disk.virtualSize)}`,
                })}
              </HelperTextItem>
            )}
            {check && !draft.isRefused && !check.disk && <HelperTextItem>{t('fileUnsure')}</HelperTextItem>}
            {!file && <HelperTextItem>{t('fileHelp', { limit: bytes(self.limits.maxUploadBytes) })}</HelperTextItem>}
          </HelperText>
        </FormHelperText>
        {check && draft.isRefused && <Refusal check={check} />}
      </FormGroup>
    </div>
  );
}

function Refusal({ check }: { check: FileCheck }) {
  const { t, language } = useSpeech();
  return (
    <Message variant="danger" title={t('fileRefused')} isUrgent>
      {check.refusals[language].map(({ code, title, problem, remedy }) => (
        <div key={code} className="guest-text">
          <p>{problem ?? title}</p>
          {remedy && <p>{remedy}</p>}
        </div>
      ))}
    </Message>
  );
}

/** Checks the file as soon as it is chosen. The detector is loaded only then. */
function useFileCheck({ file }: Draft, self: Self, onChange: Props['onChange']): FileCheck | undefined {
  const [check, setCheck] = useState<{ file: File; result: FileCheck }>();
  // biome-ignore lint/correctness/useExhaustiveDependencies: one check for each file
  useEffect(() => {
    if (!file) return;
    let isWanted = true;
    const look = async (): Promise<void> => {
      const { checkFile } = await import('./check-file.ts');
      // The used quota changes with every upload.
      const { limits, quota } = await api.self().catch(() => self);
      const result = await checkFile(file, limits, quota);
      if (!isWanted) return;
      setCheck({ file, result });
      onChange({ isChecked: true, isRefused: result.refusals.en.length > 0 });
    };
    // If the file cannot be read here, the upload reports it.
    look().catch(() => isWanted && onChange({ isChecked: true }));
    return () => {
      isWanted = false;
    };
  }, [file]);
  return check?.file === file ? check?.result : undefined;
}
