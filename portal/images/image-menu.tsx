import { MenuToggle, type MenuToggleElement } from '@patternfly/react-core';
import { EllipsisVIcon } from '@patternfly/react-icons/dist/esm/icons/ellipsis-v-icon';
import { type Ref, useState } from 'react';
import type { ImageView, Self } from '../../shared/contracts/api.ts';
import { dialogOnDemand } from '../shell/dialog-on-demand.tsx';
import { useSpeech } from '../words/language.tsx';

const OpenMenu = dialogOnDemand(async () => (await import('./open-menu.tsx')).OpenMenu);

type Props = {
  image: ImageView;
  self: Self;
  /** Opened from elsewhere too: by the second button of the mouse on a row, or Shift+F10. */
  isOpen: boolean;
  onOpenChange: (open: boolean) => void;
  label?: string;
};

/** The button of the menu; the menu itself is loaded when it is first opened. */
export function ImageMenu({ image, self, isOpen, onOpenChange, label }: Props) {
  const { t } = useSpeech();
  const [wasOpened, setOpened] = useState(isOpen);
  if (isOpen && !wasOpened) setOpened(true);
  const toggle = (ref?: Ref<MenuToggleElement>) => (
    <MenuToggle
      {...(ref ? { ref } : {})}
      variant={label ? 'default' : 'plain'}
      aria-label={label ?? t('actionsFor', { name: image.name })}
      isExpanded={isOpen}
      onClick={() => onOpenChange(!isOpen)}
      {...(label ? {} : { icon: <EllipsisVIcon /> })}
    >
      {label}
    </MenuToggle>
  );
  if (!wasOpened) return toggle();
  return (
    <OpenMenu
      image={image}
      self={self}
      isOpen={isOpen}
      onOpenChange={onOpenChange}
      toggle={toggle}
      waiting={toggle()}
    />
  );
}
