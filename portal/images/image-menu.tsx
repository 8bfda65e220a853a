import { Divider, Dropdown, DropdownItem, DropdownList, MenuToggle } from '@patternfly/react-core';
import { EllipsisVIcon } from '@patternfly/react-icons/dist/esm/icons/ellipsis-v-icon';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useLocation, useNavigate } from 'react-router';
import type { Self } from '../../shared/contracts/api.ts';
import type { MemberStatus } from '../../shared/contracts/image.ts';
import { api } from '../api/client.ts';
import { useProblemWords } from '../shell/failure.tsx';
import { useNotify } from '../shell/notices.tsx';
import { useSpeech } from '../words/language.tsx';
import type { WordKey } from '../words/words.ts';
import { DeleteDialog } from './delete-dialog.tsx';
import { listActions, type Subject } from './image-actions.ts';
import { PromoteDialog } from './promote-dialog.tsx';
import { PropertiesDialog } from './properties-dialog.tsx';
import { RenameDialog } from './rename-dialog.tsx';
import { RepairDialog } from './repair-dialog.tsx';
import { ShareDialog } from './share-dialog.tsx';

type Props = {
  image: Subject;
  self: Self;
  /** Opened from elsewhere too: by the second button of the mouse on a row, or Shift+F10. */
  isOpen: boolean;
  onOpenChange: (open: boolean) => void;
  label?: string;
};

/** Everything that can be done with an image; what cannot be done now is shown as such. */
export function ImageMenu({ image, self, isOpen, onOpenChange, label }: Props) {
  const { t } = useSpeech();
  const navigate = useNavigate();
  const { pathname } = useLocation();
  const queries = useQueryClient();
  const notify = useNotify();
  const problemWords = useProblemWords();
  const [dialog, setDialog] = useState<'rename' | 'properties' | 'share' | 'promote' | 'repair' | 'delete'>();
  const can = listActions(image, self);
  const close = (): void => setDialog(undefined);
  const isDetail = pathname === `/images/${image.id}`;

  const attempt = async (work: () => Promise<unknown>, done?: string): Promise<void> => {
    try {
      await work();
      if (done) notify({ variant: 'success', title: done });
      await queries.invalidateQueries();
    } catch (error) {
      notify({ variant: 'danger', ...problemWords(error) });
    }
  };
  const download = (): Promise<void> =>
    attempt(async () => {
      const { url } = await api.downloadLink(image.id);
      location.assign(url);
    });

  const answer = (status: MemberStatus, done: WordKey): Promise<void> =>
    attempt(() => api.answerShare(image.id, self.projectId, status), t(done, { name: image.name }));

  return (
    <>
      <Dropdown
        isOpen={isOpen}
        onOpenChange={onOpenChange}
        onSelect={() => onOpenChange(false)}
        shouldFocusToggleOnSelect
        shouldFocusFirstItemOnOpen
        popperProps={{ position: 'right', enableFlip: true }}
        toggle={(ref) => (
          <MenuToggle
            ref={ref}
            variant={label ? 'default' : 'plain'}
            aria-label={label ?? t('actionsFor', { name: image.name })}
            isExpanded={isOpen}
            onClick={() => onOpenChange(!isOpen)}
            {...(label ? {} : { icon: <EllipsisVIcon /> })}
          >
            {label}
          </MenuToggle>
        )}
      >
        <DropdownList>
          {!isDetail && (
            <DropdownItem onClick={() => void navigate(`/images/${image.id}`)}>{t('details')}</DropdownItem>
          )}
          {image.memberStatus && (
            <>
              <DropdownItem isDisabled={!can.accept} onClick={() => void answer('accepted', 'acceptedShare')}>
                {t('acceptShare')}
              </DropdownItem>
              <DropdownItem isDisabled={!can.decline} onClick={() => void answer('rejected', 'declinedShare')}>
                {t('declineShare')}
              </DropdownItem>
            </>
          )}
          <DropdownItem isDisabled={!can.rename} onClick={() => setDialog('rename')}>
            {t('rename')}
          </DropdownItem>
          <DropdownItem isDisabled={!can.properties} onClick={() => setDialog('properties')}>
            {t('propertiesMenu')}
          </DropdownItem>
          <DropdownItem isDisabled={!can.share} onClick={() => setDialog('share')}>
            {t('shareMenu')}
          </DropdownItem>
          {self.role === 'admin' && (
            <DropdownItem isDisabled={!can.promote} onClick={() => setDialog('promote')}>
              {t('promoteMenu')}
            </DropdownItem>
          )}
          <DropdownItem isDisabled={!can.download} onClick={() => void download()}>
            {t('download')}
          </DropdownItem>
          <DropdownItem
            isDisabled={!can.retry}
            onClick={() => void attempt(() => api.createRun(image.id), t('retried', { name: image.name }))}
          >
            {t('retry')}
          </DropdownItem>
          <DropdownItem isDisabled={!can.repair} onClick={() => setDialog('repair')}>
            {t('repairMenu')}
          </DropdownItem>
          <DropdownItem
            isDisabled={!can.stop}
            onClick={() => void attempt(() => api.cancelRun(image.id), t('stopped', { name: image.name }))}
          >
            {t('stop')}
          </DropdownItem>
          <Divider component="li" />
          <DropdownItem isDanger isDisabled={!can.remove} onClick={() => setDialog('delete')}>
            {t('remove')}
          </DropdownItem>
        </DropdownList>
      </Dropdown>
      {dialog === 'rename' && <RenameDialog image={image} onClose={close} />}
      {dialog === 'properties' && <PropertiesDialog image={image} onClose={close} />}
      {dialog === 'share' && <ShareDialog image={image} onClose={close} />}
      {dialog === 'promote' && <PromoteDialog image={image} onClose={close} />}
      {dialog === 'repair' && <RepairDialog image={image} onClose={close} />}
      {dialog === 'delete' && (
        <DeleteDialog images={[image]} onClose={close} onDeleted={() => isDetail && void navigate('/images')} />
      )}
    </>
  );
}
