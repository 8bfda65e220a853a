import { Button, Checkbox, Label, Skeleton } from '@patternfly/react-core';
import { Table, Tbody, Td, Th, Thead, Tr } from '@patternfly/react-table';
import { useState } from 'react';
import type { KeyList } from '../../shared/contracts/api.ts';
import { api } from '../api/client.ts';
import { Command } from '../images/command.tsx';
import { Problem } from '../shell/failure.tsx';
import { FormDialog } from '../shell/form-dialog.tsx';
import { useNotify } from '../shell/notices.tsx';
import { useKeys } from './polled-data.ts';
import { useSpeech } from './speech.ts';

type Key = KeyList['keys'][number];

const roleWords = { reader: 'roleReader', member: 'roleMember', admin: 'roleAdmin' } as const;

/** The keys are made on the hosts (docs/decisions/0012-keys-on-hosts.md). */
const command = 'bootready key create --project PROJECT --name NAME --role member --expires-days 90';

function hasExpired({ expiresAt }: Key): boolean {
  return expiresAt !== null && new Date(expiresAt).getTime() <= Date.now();
}

/** The API keys of every project: who uses which, and the way to revoke one at once. */
export function KeyTable() {
  const { t } = useSpeech();
  const { data, error } = useKeys();
  const [showsEnded, setShowsEnded] = useState(false);
  const [leaving, setLeaving] = useState<Key>();
  if (!data) return error ? <Problem error={error} /> : <Skeleton screenreaderText={t('loading')} />;
  const keys = data.keys.filter((key) => showsEnded || (key.revokedAt === null && !hasExpired(key)));
  return (
    <div className="stacked">
      <p className="quiet">{t('keysHelp')}</p>
      <Command run={command} copyLabel={t('copyWhat', { what: t('keyCommand') })} />
      <Checkbox
        id="ended-keys"
        label={t('endedKeys')}
        isChecked={showsEnded}
        onChange={(_event, next) => setShowsEnded(next)}
      />
      <Table aria-label={t('keys')} variant="compact">
        <Thead noWrap>
          <Tr>
            <Th>{t('project')}</Th>
            <Th>{t('keyName')}</Th>
            <Th>{t('role')}</Th>
            <Th>{t('state')}</Th>
            <Th>{t('created')}</Th>
            <Th>{t('lastUsed')}</Th>
            <Th screenReaderText={t('actions')} />
          </Tr>
        </Thead>
        <Tbody>
          {keys.map((key) => (
            <KeyRow key={key.id} of={key} onRevoke={() => setLeaving(key)} />
          ))}
        </Tbody>
      </Table>
      {leaving && <RevokeKey of={leaving} onClose={() => setLeaving(undefined)} />}
    </div>
  );
}

function KeyRow({ of: key, onRevoke }: { of: Key; onRevoke: () => void }) {
  const { t, time } = useSpeech();
  const { projectId, name, role, hint, createdAt, lastUsedAt } = key;
  return (
    <Tr>
      <Td dataLabel={t('project')} modifier="breakWord">
        {projectId}
      </Td>
      <Td dataLabel={t('keyName')} modifier="breakWord">
        <span className="guest-text">{name}</span>
        <div className="quiet">{hint}…</div>
      </Td>
      <Td dataLabel={t('role')}>{t(roleWords[role])}</Td>
      <Td dataLabel={t('state')}>
        <KeyState of={key} />
      </Td>
      <Td dataLabel={t('created')} className="figures">
        {time(createdAt)}
      </Td>
      <Td dataLabel={t('lastUsed')} className="figures">
        {lastUsedAt === null ? t('neverUsed') : time(lastUsedAt)}
      </Td>
      <Td dataLabel={t('actions')}>
        {key.revokedAt === null && (
          <Button
            variant="link"
            isInline
            isDanger
            aria-label={t('revokeOf', { name, project: projectId })}
            onClick={onRevoke}
          >
            {t('revoke')}
          </Button>
        )}
      </Td>
    </Tr>
  );
}

function KeyState({ of: key }: { of: Key }) {
  const { t, time } = useSpeech();
  if (key.revokedAt !== null) return <Label color="grey">{t('keyRevoked')}</Label>;
  if (hasExpired(key)) return <Label color="grey">{t('keyExpired')}</Label>;
  return (
    <>
      <Label color="green">{t('keyValid')}</Label>
      {key.expiresAt !== null && <div className="quiet figures">{t('keyUntil', { time: time(key.expiresAt) })}</div>}
    </>
  );
}

function RevokeKey({ of: { id, name, projectId }, onClose }: { of: Key; onClose: () => void }) {
  const { t } = useSpeech();
  const notify = useNotify();
  return (
    <FormDialog
      id="revoke-key"
      title={t('revokeTitle')}
      action={t('revoke')}
      isReady
      isDanger
      onSubmit={async () => {
        await api.revokeKey(id);
        notify({ variant: 'success', title: t('keyIsRevoked', { name }) });
      }}
      onClose={onClose}
    >
      <p className="guest-text">{t('revokeHelp', { name, project: projectId })}</p>
    </FormDialog>
  );
}
