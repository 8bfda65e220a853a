import { List, ListItem } from '@patternfly/react-core';
import { Link } from 'react-router';
import type { RepairView } from '../../shared/contracts/api.ts';
import type { OrderStatus } from '../../shared/contracts/order.ts';
import { useSpeech } from '../words/language.tsx';
import type { WordKey } from '../words/words.ts';

const statusWords: Record<OrderStatus, WordKey> = {
  queued: 'repairQueued',
  running: 'repairRunning',
  'handed-over': 'repairHandedOver',
  failed: 'repairFailed',
  cancelled: 'repairCancelled',
};

/** Shows how this image was made from another one: the findings there, and the changes. The checks of its own run show the result. */
export function RepairRecord({ repair }: { repair: RepairView }) {
  const { t } = useSpeech();
  return (
    <div className="stacked">
      <p>
        {t(statusWords[repair.status])} <Link to={`/images/${repair.parentId}`}>{t('repairOriginal')}</Link>
      </p>
      {repair.before.length > 0 && (
        <div>
          <h3>{t('repairBefore')}</h3>
          <List>
            {repair.before.map(({ code, title }, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: a code may be found twice, and the list is written once
              <ListItem key={`${code}-${index}`} className="guest-text">
                {title}
              </ListItem>
            ))}
          </List>
        </div>
      )}
      {repair.changes.map(({ remedy, title, changes }) => (
        <div key={remedy}>
          <h3>{t('repairChangedBy', { remedy: title })}</h3>
          <List>
            {changes.map((change) => (
              <ListItem key={change} className="guest-text">
                {change}
              </ListItem>
            ))}
          </List>
          {changes.length === 0 && <p className="quiet">{t('repairChangedNothing')}</p>}
        </div>
      ))}
    </div>
  );
}
