import { type ReactNode, useState } from 'react';
import type { SetImageSource } from '../../shared/contracts/api.ts';
import { api } from '../api/client.ts';
import { isUrl, readChecksum } from '../shell/addresses.ts';
import { FormDialog } from '../shell/form-dialog.tsx';
import { useNotify } from '../shell/notices.tsx';
import { TextField } from '../shell/text-field.tsx';
import { useSpeech, type WordKey } from './speech.ts';

const empty = { family: '', url: '', checksum: '', name: '', every: '24', keep: '', keys: '', signature: '' };
type Fields = typeof empty;

/** The rules of `SetImageSource` in shared/contracts, whose library the page does not load; the API has the last word. */
const problems: { readonly [Field in keyof Fields]?: readonly [isBad: (text: string) => boolean, word: WordKey] } = {
  family: [(text) => !/^[a-z0-9][a-z0-9._-]{0,62}$/.test(text), 'familyInvalid'],
  url: [(text) => !isUrl(text), 'addressInvalid'],
  checksum: [(text) => !isUrl(text) && readChecksum(text) === undefined, 'sourceChecksumInvalid'],
  every: [(text) => !isWhole(text, 1, 8784), 'sourceNumber'],
  keep: [(text) => text !== '' && !isWhole(text, 0, 1000), 'sourceNumber'],
  signature: [(text) => text !== '' && !isUrl(text), 'addressInvalid'],
};

function isWhole(text: string, least: number, most: number): boolean {
  return /^\d{1,4}$/.test(text) && Number(text) >= least && Number(text) <= most;
}

function toSource({ url, checksum, name, every, keep, keys, signature }: Fields): SetImageSource {
  const fixed = readChecksum(checksum);
  return {
    url: url.trim(),
    everySeconds: Number(every) * 3600,
    ...(fixed ? { checksum: fixed } : { checksumUrl: checksum.trim() }),
    ...(name.trim() ? { name: name.trim() } : {}),
    ...(keep ? { keep: Number(keep) } : {}),
    ...(keys.trim() ? { signingKeys: keys.trim() } : {}),
    ...(signature.trim() ? { signatureUrl: signature.trim() } : {}),
  };
}

/** Where the images of a family come from. */
export function SourceDialog({ onClose }: { onClose: () => void }) {
  const { t } = useSpeech();
  const notify = useNotify();
  const [fields, setFields] = useState<Fields>(empty);
  const isBad = (field: keyof Fields): boolean => problems[field]?.[0](fields[field].trim()) ?? false;
  const family = fields.family.trim();
  const field = (name: keyof Fields, label: WordKey, help?: WordKey, isRequired = false): ReactNode => {
    const problem = fields[name] !== '' && isBad(name) ? problems[name]?.[1] : undefined;
    return (
      <TextField
        id={`source-${name}`}
        label={t(label)}
        value={fields[name]}
        isRequired={isRequired}
        help={help && t(help)}
        problem={problem && t(problem)}
        {...(name === 'keys' ? { rows: 3 } : {})}
        onChange={(text) => setFields((before) => ({ ...before, [name]: text }))}
      />
    );
  };
  return (
    <FormDialog
      id="source"
      title={t('setSource')}
      help={t('setSourceHelp')}
      action={t('setSource')}
      isWide
      isReady={(Object.keys(problems) as (keyof Fields)[]).every((each) => !isBad(each))}
      onSubmit={async () => {
        await api.setSource(family, toSource(fields));
        notify({ variant: 'success', title: t('sourceIsSet', { family }) });
      }}
      onClose={onClose}
    >
      {field('family', 'family', 'familyHelp', true)}
      {field('url', 'address', undefined, true)}
      {field('checksum', 'sourceChecksum', 'sourceChecksumHelp', true)}
      {field('name', 'name')}
      {field('every', 'sourceEvery', undefined, true)}
      {field('keep', 'sourceKeep', 'sourceKeepHelp')}
      {field('keys', 'sourceKeys', 'sourceKeysHelp')}
      {field('signature', 'sourceSignature')}
    </FormDialog>
  );
}
