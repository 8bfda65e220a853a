import { Button, Form, Modal, ModalBody, ModalFooter, ModalHeader } from '@patternfly/react-core';
import { type FormEvent, useState } from 'react';
import type { Self } from '../../shared/contracts/api.ts';
import { stripEndings } from '../../shared/formats/facts.ts';
import { nameProblem } from '../images/image-name.ts';
import { useProblemWords } from '../shell/failure.tsx';
import { Message } from '../shell/message.tsx';
import { useSpeech } from '../words/language.tsx';
import { type Draft, DraftFields } from './draft-fields.tsx';
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

/** Name and file of one image, or of several. Shows a certain refusal before a byte is sent. */
export function UploadDialog({ self, files, onClose }: { self: Self; files: readonly File[]; onClose: () => void }) {
  const { t } = useSpeech();
  const uploads = useUploads();
  const problemWords = useProblemWords();
  const [drafts, setDrafts] = useState<Draft[]>(() => (files.length > 0 ? files.map(newDraft) : [newDraft()]));
  const [isTried, setTried] = useState(false);
  const [isBusy, setBusy] = useState(false);
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
  const isReady = drafts.every(
    ({ name, file, isChecked, isRefused }) => nameProblem(name) === undefined && file && isChecked && !isRefused,
  );

  const create = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setTried(true);
    if (!isReady) return;
    setBusy(true);
    setProblem(undefined);
    for (const { id, name, file } of drafts) {
      try {
        await uploads.start(name.trim(), file as File);
        // An upload that has started does not start again when a later one is refused.
        setDrafts((before) => before.filter((draft) => draft.id !== id));
      } catch (error) {
        setProblem(error);
        setBusy(false);
        return;
      }
    }
    onClose();
  };

  const words = problem === undefined ? undefined : problemWords(problem);
  return (
    <Modal isOpen variant="medium" onEscapePress={onClose} aria-labelledby="upload-title">
      <ModalHeader title={t('uploadImage')} labelId="upload-title" />
      <ModalBody>
        <Form id="upload" onSubmit={(event) => void create(event)} noValidate>
          {drafts.map((draft, index) => (
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
          {words && (
            <Message variant="danger" title={words.title} isUrgent>
              {words.body}
            </Message>
          )}
          <p className="quiet">{t('uploadHint')}</p>
        </Form>
      </ModalBody>
      <ModalFooter>
        <Button
          type="submit"
          form="upload"
          isLoading={isBusy}
          isDisabled={isBusy || drafts.some(({ isRefused }) => isRefused)}
        >
          {t('create')}
        </Button>
        <Button variant="link" onClick={onClose}>
          {t('cancel')}
        </Button>
      </ModalFooter>
    </Modal>
  );
}
