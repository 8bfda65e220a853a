import { FormGroup } from '@patternfly/react-core';
import { stripEndings } from '../../shared/formats/facts.ts';
import { NameField } from '../images/name-field.tsx';
import { isUrl, readChecksum } from '../shell/addresses.ts';
import { TextField } from '../shell/text-field.tsx';
import { useSpeech } from '../words/language.tsx';

export type Address = { name: string; url: string; checksum: string };
export const noAddress: Address = { name: '', url: '', checksum: '' };

function nameFrom(url: string): string {
  if (!isUrl(url)) return '';
  const file = new URL(url.trim()).pathname.split('/').at(-1) ?? '';
  try {
    return stripEndings(decodeURIComponent(file));
  } catch {
    return stripEndings(file);
  }
}

type Props = { address: Address; isTried: boolean; onChange: (address: Address) => void };

/** An image whose file the platform fetches itself. */
export function AddressFields({ address, isTried, onChange }: Props) {
  const { t } = useSpeech();
  const { name, url, checksum } = address;
  const isBadUrl = (isTried || url !== '') && !isUrl(url);
  const isBadChecksum = checksum.trim() !== '' && readChecksum(checksum) === undefined;
  return (
    <div className="draft">
      <TextField
        id="address-url"
        label={t('address')}
        type="url"
        value={url}
        isRequired
        maxLength={4096}
        help={t('addressHelp')}
        problem={isBadUrl ? t('addressInvalid') : undefined}
        onChange={(next) =>
          onChange({
            ...address,
            url: next,
            ...(name === '' || name === nameFrom(url) ? { name: nameFrom(next) } : {}),
          })
        }
      />
      <TextField
        id="address-checksum"
        label={t('fileChecksum')}
        value={checksum}
        maxLength={200}
        help={t('fileChecksumHelp')}
        problem={isBadChecksum ? t('fileChecksumInvalid') : undefined}
        onChange={(next) => onChange({ ...address, checksum: next })}
      />
      <FormGroup label={t('name')} fieldId="address-name" isRequired>
        <NameField
          id="address-name"
          value={name}
          onChange={(next) => onChange({ ...address, name: next })}
          isUntouched={!isTried}
        />
      </FormGroup>
    </div>
  );
}
