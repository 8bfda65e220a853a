import { List, ListItem } from '@patternfly/react-core';
import { useState } from 'react';
import type { ImageView } from '../../shared/contracts/api.ts';
import { withRetries } from '../../shared/transfer/retry.ts';
import { ApiProblem, api } from '../api/client.ts';
import { FormDialog } from '../shell/form-dialog.tsx';
import { useNotify } from '../shell/notices.tsx';
import { TextField } from '../shell/text-field.tsx';
import { useSpeech } from '../words/language.tsx';
import { isGoing } from './image-actions.ts';

/** How long a run may take to come to its end. */
const patience = { attempts: 20, first: 500, most: 3000 };

/** Any work on the image is stopped first. */
async function deleteImage(image: ImageView): Promise<void> {
  const isConflict = (error: unknown): boolean => error instanceof ApiProblem && error.status === 409;
  if (!isGoing(image)) return api.deleteImage(image.id);
  await api.cancelRun(image.id).catch((error: unknown) => {
    // It has ended meanwhile.
    if (!isConflict(error)) throw error;
  });
  await withRetries(() => api.deleteImage(image.id), { ...patience, mayPass: isConflict });
}

type Props = { images: readonly ImageView[]; onClose: () => void; onDeleted: () => void };

/** More than these are not deleted by one click: their number must be typed. */
const manyImages = 10;
const shownNames = 50;

/** Deletes one image or several. If one fails, those before it stay deleted, and the API names the one that failed. */
export function DeleteDialog({ images, onClose, onDeleted }: Props) {
  const { t } = useSpeech();
  const notify = useNotify();
  const [first] = images;
  const [typed, setTyped] = useState('');
  const isOne = images.length === 1;
  const remove = async (): Promise<void> => {
    const isGone = (error: unknown): boolean => error instanceof ApiProblem && error.status === 404;
    for (const image of images) {
      await deleteImage(image).catch((error: unknown) => {
        // A try before this one has deleted it.
        if (!isGone(error)) throw error;
      });
    }
    notify({
      variant: 'success',
      title: isOne && first ? t('removed', { name: first.name }) : t('removedMany', { count: images.length }),
    });
    onDeleted();
  };
  return (
    <FormDialog
      id="delete"
      title={isOne ? t('removeTitle') : t('removeManyTitle', { count: images.length })}
      action={t('remove')}
      isDanger
      isReady={images.length <= manyImages || typed.trim() === String(images.length)}
      onSubmit={remove}
      onClose={onClose}
    >
      {isOne && first ? (
        <p className="guest-text">{t('removeHelp', { name: first.name })}</p>
      ) : (
        <>
          <p>{t('removeManyHelp')}</p>
          <List className="guest-text removed-names">
            {images.slice(0, shownNames).map(({ id, name }) => (
              <ListItem key={id}>{name}</ListItem>
            ))}
          </List>
          {images.length > shownNames && <p>{t('andMore', { count: images.length - shownNames })}</p>}
          {images.length > manyImages && (
            <TextField
              id="delete-count"
              label={t('removeTyped', { count: images.length })}
              value={typed}
              isRequired
              inputMode="numeric"
              onChange={setTyped}
            />
          )}
        </>
      )}
      {images.some(isGoing) && <p>{t('removeWhileGoing')}</p>}
    </FormDialog>
  );
}
