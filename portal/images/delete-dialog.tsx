import { Button, Modal, ModalBody, ModalFooter, ModalHeader } from '@patternfly/react-core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { ImageView } from '../../shared/contracts/api.ts';
import { withRetries } from '../../shared/transfer/retry.ts';
import { ApiProblem, api } from '../api/client.ts';
import { Message } from '../shell/message.tsx';
import { useNotify, useProblemWords } from '../shell/notices.tsx';
import { useSpeech } from '../words/language.tsx';

const isGoing = ({ activity }: ImageView): boolean => activity?.status === 'running' || activity?.status === 'queued';

/** How long a run may take to come to its end. */
const patience = { attempts: 20, first: 500, most: 3000 };

/** What works on the image is stopped first. */
const deleteImage = async (image: ImageView): Promise<void> => {
  const isConflict = (error: unknown): boolean => error instanceof ApiProblem && error.status === 409;
  if (!isGoing(image)) return api.deleteImage(image.id);
  await api.cancelRun(image.id).catch((error: unknown) => {
    // It has ended meanwhile.
    if (!isConflict(error)) throw error;
  });
  await withRetries(() => api.deleteImage(image.id), { ...patience, mayPass: isConflict });
};

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
      await deleteImage(image);
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
      onEscapePress={() => onClose(false)}
      aria-labelledby="delete-title"
      aria-describedby="delete-body"
    >
      <ModalHeader title={t('removeTitle')} labelId="delete-title" titleIconVariant="warning" />
      <ModalBody id="delete-body">
        <p className="guest-text">{t('removeHelp', { name: image.name })}</p>
        {isGoing(image) && <p>{t('removeWhileGoing')}</p>}
        {words && (
          <Message variant="danger" title={words.title}>
            {words.body}
          </Message>
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
