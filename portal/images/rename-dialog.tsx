import { Button, Form, FormGroup, Modal, ModalBody, ModalFooter, ModalHeader } from '@patternfly/react-core';
import { useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import type { ImageView } from '../../shared/contracts/api.ts';
import { api } from '../api/client.ts';
import { Message } from '../shell/message.tsx';
import { useNotify, useProblemWords } from '../shell/notices.tsx';
import { useSpeech } from '../words/language.tsx';
import { nameProblem } from './image-name.ts';
import { NameField } from './name-field.tsx';

export const RenameDialog = ({ image, onClose }: { image: ImageView; onClose: () => void }) => {
  const { t } = useSpeech();
  const queries = useQueryClient();
  const notify = useNotify();
  const problemWords = useProblemWords();
  const [name, setName] = useState(image.name);
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<unknown>();

  const rename = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (nameProblem(name)) return;
    setBusy(true);
    try {
      await api.changeImage(image.id, { name: name.trim() });
      notify({ variant: 'success', title: t('renamed', { name: name.trim() }) });
      onClose();
      await queries.invalidateQueries();
    } catch (error) {
      setProblem(error);
      setBusy(false);
    }
  };
  const words = problem === undefined ? undefined : problemWords(problem);
  return (
    <Modal isOpen variant="small" onEscapePress={onClose} aria-labelledby="rename-title">
      <ModalHeader title={t('renameTitle')} labelId="rename-title" />
      <ModalBody>
        <Form id="rename" onSubmit={(event) => void rename(event)}>
          <FormGroup label={t('name')} fieldId="rename-name" isRequired>
            <NameField id="rename-name" value={name} onChange={setName} ownId={image.id} />
          </FormGroup>
          {words && (
            <Message variant="danger" title={words.title}>
              {words.body}
            </Message>
          )}
        </Form>
      </ModalBody>
      <ModalFooter>
        <Button type="submit" form="rename" isDisabled={isBusy || nameProblem(name) !== undefined} isLoading={isBusy}>
          {t('save')}
        </Button>
        <Button variant="link" onClick={onClose}>
          {t('cancel')}
        </Button>
      </ModalFooter>
    </Modal>
  );
};
