import { FormGroup, FormHelperText, HelperText, HelperTextItem, TextInput } from '@patternfly/react-core';
import { stripEndings } from '../../shared/formats/facts.ts';
import { NameField } from '../images/name-field.tsx';
import { isUrl, readChecksum } from '../shell/addresses.ts';
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
      <FormGroup label={t('address')} fieldId="address-url" isRequired>
        <TextInput
          id="address-url"
          type="url"
          value={url}
          isRequired
          maxLength={4096}
          autoComplete="off"
          validated={isBadUrl ? 'error' : 'default'}
          aria-describedby="address-url-help"
          onChange={(_event, next) =>
            onChange({
              ...address,
              url: next,
              ...(name === '' || name === nameFrom(url) ? { name: nameFrom(next) } : {}),
            })
          }
        />
        <FormHelperText>
          <HelperText id="address-url-help" isLiveRegion>
            <HelperTextItem {...(isBadUrl ? { variant: 'error', screenReaderText: t('helperError') } : {})}>
              {t(isBadUrl ? 'addressInvalid' : 'addressHelp')}
            </HelperTextItem>
          </HelperText>
        </FormHelperText>
      </FormGroup>
      <FormGroup label={t('fileChecksum')} fieldId="address-checksum">
        <TextInput
          id="address-checksum"
          value={checksum}
          maxLength={200}
          autoComplete="off"
          validated={isBadChecksum ? 'error' : 'default'}
          aria-describedby="address-checksum-help"
          onChange={(_event, next) => onChange({ ...address, checksum: next })}
        />
        <FormHelperText>
          <HelperText id="address-checksum-help" isLiveRegion>
            <HelperTextItem {...(isBadChecksum ? { variant: 'error', screenReaderText: t('helperError') } : {})}>
              {t(isBadChecksum ? 'fileChecksumInvalid' : 'fileChecksumHelp')}
            </HelperTextItem>
          </HelperText>
        </FormHelperText>
      </FormGroup>
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
