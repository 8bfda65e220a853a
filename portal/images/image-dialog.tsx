import { useLocation, useNavigate } from 'react-router';
import type { ImageView, Self } from '../../shared/contracts/api.ts';
import { DeleteDialog } from './delete-dialog.tsx';
import { PromoteDialog } from './promote-dialog.tsx';
import { PropertiesDialog } from './properties-dialog.tsx';
import { RenameDialog } from './rename-dialog.tsx';
import { RepairDialog } from './repair-dialog.tsx';
import { ShareDialog } from './share-dialog.tsx';

export type ImageDialogName = 'rename' | 'properties' | 'share' | 'promote' | 'repair' | 'delete';

type Props = { name: ImageDialogName; image: ImageView; self: Self; onClose: () => void };

/** The dialog that an entry of the menu of an image opens. */
export function ImageDialog({ name, image, self, onClose }: Props) {
  const navigate = useNavigate();
  const { pathname } = useLocation();
  switch (name) {
    case 'rename':
      return <RenameDialog image={image} onClose={onClose} />;
    case 'properties':
      return <PropertiesDialog image={image} onClose={onClose} />;
    case 'share':
      return <ShareDialog image={image} self={self} onClose={onClose} />;
    case 'promote':
      return <PromoteDialog image={image} onClose={onClose} />;
    case 'repair':
      return <RepairDialog image={image} onClose={onClose} />;
    case 'delete': {
      const leave = (): void => {
        if (pathname === `/images/${image.id}`) void navigate('/images');
      };
      return <DeleteDialog images={[image]} onClose={onClose} onDeleted={leave} />;
    }
  }
}
