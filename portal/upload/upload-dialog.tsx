import {
  Button,
  Form,
  Modal,
  ModalBody,
  ModalFooter,
  ModalHeader,
  ToggleGroup,
  ToggleGroupItem,
} from '@patternfly/react-core';
import { useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import type { Self } from '../../shared/contracts/api.ts';
import { stripEndings } from '../../shared/formats/facts.ts';
import { api } from '../api/client.ts';
import { nameProblem } from '../images/image-name.ts';
import { isUrl, readChecksum } from '../shell/addresses.ts';
import { useProblemWords } from '../shell/failure.tsx';
import { Message } from '../shell/message.tsx';
import { useNotify } from '../shell/notices.tsx';
import { useSpeech } from '../words/language.tsx';
import { AddressFields, noAddress } from './address-fields.tsx';
import { type Draft, DraftFields } from './draft-fields.tsx';
import { MoreSettings, nothingMore, toChange, toCreate } from './more-settings.tsx';
import { useUploads } from './uploads-context.tsx';

function newDraft(file?: File): Draft {
  return {
    id: crypto.randomUUID(),
    name: file ? stripEndings(file.name) : '',
    file,
    isChecked: false,
    isRefused: false,
  };
}

function isReady({ name, file, isChecked, isRefused }: Draft): boolean {
  return nameProblem(name) === undefined && file !== undefined && isChecked && !isRefused;
}

/** Name and file of one image, or of several; or an address. Shows a certain refusal before a byte is sent. */
export function UploadDialog({ self, files, onClose }: { self: Self; files: readonly File[]; onClose: () => void }) {
  const { t } = useSpeech();
  const uploads = useUploads();
  const queries = useQueryClient();
  const notify = useNotify();
  const problemWords = useProblemWords();
  const [source, setSource] = useState<'file' | 'address'>('file');
  const [drafts, setDrafts] = useState<Draft[]>(() => (files.length > 0 ? files.map(newDraft) : [newDraft()]));
  const [address, setAddress] = useState(noAddress);
  const [more, setMore] = useState(nothingMore);
  const [isTried, setTried] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const [isAsking, setAsking] = useState(false);
  const [problem, setProblem] = useState<unknown>();

  const change = (id: string, changed: Partial<Draft>): void =>
    setDrafts((before) => before.map((draft) => (draft.id === id ? { ...draft, ...changed } : draft)));
  /** The first file is the draft's; others are drafts of their own. */
  const choose = (draft: Draft, [first, ...others]: readonly File[]): void => {
    if (!first) return;
    const wasNamedByFile = draft.name.trim() === '' || (draft.file && draft.name === stripEndings(draft.file.name));
    const name = wasNamedByFile ? stripEndings(first.name) : draft.name;
    setDrafts((before) => [
      ...before.map((each) => (each.id === draft.id ? { ...newDraft(first), id: draft.id, name } : each)),
      ...others.map(newDraft),
    ]);
  };
  const refused = drafts.filter((draft) => draft.isRefused);
  /** Those that are sent: a refused one holds up no other. */
  const sent = drafts.filter((draft) => !draft.isRefused);
  const isComplete =
    source === 'file'
      ? sent.length > 0 && sent.every(isReady)
      : isUrl(address.url) &&
        nameProblem(address.name) === undefined &&
        (address.checksum.trim() === '' || readChecksum(address.checksum) !== undefined);

  const setRest = async (id: string): Promise<void> => {
    const changed = toChange(more);
    if (changed) await api.changeImage(id, changed);
  };
  const sendFiles = async (): Promise<void> => {
    for (const { id, name, file } of sent) {
      const imageId = await uploads.start(name.trim(), file as File, toCreate(more));
      // An upload that has started does not start again when a later one is refused.
      setDrafts((before) => before.filter((draft) => draft.id !== id));
      await setRest(imageId);
    }
  };
  const fetchAddress = async (): Promise<void> => {
    const checksum = readChecksum(address.checksum);
    const name = address.name.trim();
    const from = { url: address.url.trim(), ...(checksum ? { checksum } : {}) };
    const { id } = await api.createImage({ ...toCreate(more), name, source: from });
    await setRest(id);
    notify({ variant: 'info', title: t('downloadStarted', { name }) });
  };
  const create = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setTried(true);
    if (!isComplete || isBusy) return;
    setBusy(true);
    setProblem(undefined);
    try {
      await (source === 'file' ? sendFiles() : fetchAddress());
      if (source === 'address' || refused.length === 0) onClose();
      await queries.invalidateQueries({ queryKey: ['images'] });
    } catch (error) {
      setProblem(error);
    }
    setBusy(false);
  };
  /** One key must not throw away what was typed or chosen. */
  const leave = (): void => {
    if (drafts.some(({ file }) => file) || address.url !== '') setAsking(true);
    else onClose();
  };

  const words = problem === undefined ? undefined : problemWords(problem);
  return (
    <Modal isOpen variant="medium" onEscapePress={leave} aria-labelledby="upload-title">
      <ModalHeader title={t('uploadImage')} labelId="upload-title" />
      <ModalBody>
        <Form id="upload" onSubmit={(event) => void create(event)} noValidate>
          <ToggleGroup aria-label={t('fileSource')}>
            {(['file', 'address'] as const).map((each) => (
              <ToggleGroupItem
                key={each}
                text={t(each === 'file' ? 'fromFile' : 'fromAddress')}
                buttonId={`upload-from-${each}`}
                isSelected={source === each}
                onChange={() => setSource(each)}
              />
            ))}
          </ToggleGroup>
          {source === 'address' && <AddressFields address={address} isTried={isTried} onChange={setAddress} />}
          {source === 'file' &&
            drafts.map((draft, index) => (
              <DraftFields
                key={draft.id}
                draft={draft}
                self={self}
                isTried={isTried}
                isFirst={index === 0}
                onChange={(changed) => change(draft.id, changed)}
                onChoose={(chosen) => choose(draft, chosen)}
                {...(drafts.length > 1
                  ? { onRemove: () => setDrafts((before) => before.filter(({ id }) => id !== draft.id)) }
                  : {})}
              />
            ))}
          <MoreSettings self={self} more={more} onChange={setMore} />
          {words && (
            <Message variant="danger" title={words.title} isUrgent>
              {words.body}
            </Message>
          )}
          {source === 'file' && <p className="quiet">{t('uploadHint')}</p>}
        </Form>
      </ModalBody>
      <ModalFooter>
        {isAsking ? (
          <>
            <strong role="alert">{t('discardTitle')}</strong>
            <Button variant="danger" onClick={onClose}>
              {t('discard')}
            </Button>
            <Button variant="link" onClick={() => setAsking(false)}>
              {t('goOnEditing')}
            </Button>
          </>
        ) : (
          <>
            <Button
              type="submit"
              form="upload"
              isLoading={isBusy}
              isDisabled={isBusy || (source === 'file' && sent.length === 0)}
            >
              {source === 'file' && refused.length > 0 && sent.length > 0
                ? t('createSome', { count: sent.length, total: drafts.length })
                : t('create')}
            </Button>
            <Button variant="link" onClick={onClose}>
              {t('cancel')}
            </Button>
          </>
        )}
      </ModalFooter>
    </Modal>
  );
}
