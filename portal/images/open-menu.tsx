import { Divider, Dropdown, DropdownItem, DropdownList, type MenuToggleElement } from '@patternfly/react-core';
import { type ReactNode, type Ref, useEffect, useState } from 'react';
import { useLocation, useNavigate } from 'react-router';
import type { ImageView, Self } from '../../shared/contracts/api.ts';
import { dialogOnDemand } from '../shell/dialog-on-demand.tsx';
import { useSpeech } from '../words/language.tsx';
import type { WordKey } from '../words/words.ts';
import { type ImageActions, isOwn, listActions } from './image-actions.ts';
import type { ImageDialogName } from './image-dialog.tsx';
import { useImageWork } from './use-image-work.ts';

const ImageDialog = dialogOnDemand(async () => (await import('./image-dialog.tsx')).ImageDialog);

type Props = {
  image: ImageView;
  self: Self;
  isOpen: boolean;
  onOpenChange: (open: boolean) => void;
  toggle: (ref: Ref<MenuToggleElement>) => ReactNode;
};

/** Everything that can be done with an image; what cannot be done now is shown as such. */
export function OpenMenu({ image, self, isOpen, onOpenChange, toggle }: Props) {
  const { t } = useSpeech();
  const navigate = useNavigate();
  const { pathname } = useLocation();
  const work = useImageWork(image);
  // The menu takes the focus when it opens, not when it is there from the beginning.
  const [isThere, setThere] = useState(false);
  useEffect(() => setThere(true), []);
  const [dialog, setDialog] = useState<ImageDialogName>();
  const can = listActions(image, self);
  const own = isOwn(image, self);
  const isDetail = pathname === `/images/${image.id}`;
  const item = (action: keyof ImageActions, word: WordKey, onClick: () => void) => {
    const may = can[action];
    return (
      <DropdownItem
        isDisabled={may !== true}
        isDanger={action === 'remove' && may === true}
        {...(may === true ? {} : { description: t(may) })}
        onClick={onClick}
      >
        {t(word)}
      </DropdownItem>
    );
  };

  return (
    <>
      <Dropdown
        isOpen={isOpen && isThere}
        onOpenChange={onOpenChange}
        onSelect={() => onOpenChange(false)}
        shouldFocusToggleOnSelect
        shouldFocusFirstItemOnOpen
        popperProps={{ position: 'right', enableFlip: true }}
        toggle={toggle}
      >
        <DropdownList>
          {!isDetail && (
            <DropdownItem onClick={() => void navigate(`/images/${image.id}`)}>{t('details')}</DropdownItem>
          )}
          {image.memberStatus && (
            <>
              {item('accept', 'acceptShare', () => void work.answer(self, 'accepted'))}
              {item('decline', 'declineShare', () => void work.answer(self, 'rejected'))}
            </>
          )}
          {own && (
            <>
              {item('rename', 'renameMenu', () => setDialog('rename'))}
              {item('properties', 'propertiesMenu', () => setDialog('properties'))}
              {item('share', 'shareMenu', () => setDialog('share'))}
              {self.role === 'admin' && item('promote', 'promoteMenu', () => setDialog('promote'))}
            </>
          )}
          {item('download', 'download', () => void work.download())}
          {own && (
            <>
              {item('retry', 'retry', () => void work.retry())}
              {item('repair', 'repairMenu', () => setDialog('repair'))}
              {item('stop', 'stop', () => void work.stop())}
              <Divider component="li" />
              {item('remove', 'remove', () => setDialog('delete'))}
            </>
          )}
        </DropdownList>
      </Dropdown>
      {dialog && <ImageDialog name={dialog} image={image} self={self} onClose={() => setDialog(undefined)} />}
    </>
  );
}
