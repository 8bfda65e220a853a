import { Alert, Button, Modal, ModalBody, ModalFooter, ModalHeader } from '@patternfly/react-core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { ImageView } from '../../shared/contracts/api.ts';
import { api } from '../api/client.ts';
import { useNotify, useProblemWords } from '../shell/notices.tsx';
import { useSpeech } from '../words/language.tsx';

export const DeleteDialog = ({ image, onClose }: { image: ImageView; onClose: (deleted: boolean) => void }) => {
  const { t } = useSpeech();
  const queries = useQueryClient();
  const notify = useNotify();
  const problemWords = useProblemWords();
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<unknown>();

  const remove = async (): Promise<void> => {
    setBusy(true);
    try {
      await api.deleteImage(image.id);
      notify({ variant: 'success', title: t('removed', { name: image.name }) });
      onClose(true);
      await queries.invalidateQueries({ queryKey: ['images'] });
    } catch (error) {
      setProblem(error);
      setBusy(false);
    }
  };
  const words = problem === undefined ? undefined : problemWords(problem);
  return (
    <Modal
      isOpen
      variant="small"
      onClose={() => onClose(false)}
      aria-labelledby="delete-title"
      aria-describedby="delete-body"
    >
      <ModalHeader title={t('removeTitle')} labelId="delete-title" titleIconVariant="warning" />
      <ModalBody id="delete-body">
        <p className="guest-text">{t('removeHelp', { name: image.name })}</p>
        {words && (
          <Alert isInline variant="danger" title={words.title} className="spaced">
            {words.body}
          </Alert>
        )}
      </ModalBody>
      <ModalFooter>
        <Button variant="danger" isDisabled={isBusy} isLoading={isBusy} onClick={() => void remove()}>
          {t('remove')}
        </Button>
        <Button variant="link" onClick={() => onClose(false)}>
          {t('cancel')}
        </Button>
      </ModalFooter>
    </Modal>
  );
};
