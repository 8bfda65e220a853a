import {
  Button,
  FormSelect,
  FormSelectOption,
  TextInput,
  Toolbar,
  ToolbarContent,
  ToolbarItem,
} from '@patternfly/react-core';
import { Table, Tbody, Td, Th, Thead, Tr } from '@patternfly/react-table';
import { useState } from 'react';
import { Link } from 'react-router';
import type { AuditAction, AuditEntry } from '../../shared/contracts/operations.ts';
import { auditExportUrl } from '../api/client.ts';
import { useAuditLog } from './polled-data.ts';
import type { WordKey } from './speech.ts';
import { useSpeech } from './speech.ts';

const actionWords: Record<AuditAction, WordKey> = {
  'image.create': 'didImageCreate',
  'image.rename': 'didImageRename',
  'image.change': 'didImageChange',
  'image.delete': 'didImageDelete',
  'image.share': 'didImageShare',
  'image.unshare': 'didImageUnshare',
  'image.deactivate': 'didImageDeactivate',
  'image.reactivate': 'didImageReactivate',
  'image.import': 'didImageImport',
  'image.upload': 'didImageUpload',
  'image.abandon-upload': 'didImageAbandonUpload',
  'image.tag': 'didImageTag',
  'image.untag': 'didImageUntag',
  'image.answer-share': 'didImageAnswerShare',
  'image.promote': 'didImagePromote',
  'image.deliver': 'didImageDeliver',
  'image.undeliver': 'didImageUndeliver',
  'image.repair': 'didImageRepair',
  'run.retry': 'didRunRetry',
  'run.cancel': 'didRunCancel',
  'event.replay': 'didEventReplay',
  'source.set': 'didSourceSet',
  'source.refresh': 'didSourceRefresh',
  'source.delete': 'didSourceDelete',
  'webhook.create': 'didWebhookCreate',
  'webhook.delete': 'didWebhookDelete',
  'project.create': 'didProjectCreate',
  'project.quota': 'didProjectQuota',
  'project.targets': 'didProjectTargets',
  'key.create': 'didKeyCreate',
  'key.revoke': 'didKeyRevoke',
  'key.rotate': 'didKeyRotate',
  'session.end': 'didSessionEnd',
};

/** Further details of an entry; a limit of null means the installation's default. */
const detailWords: Partial<Record<string, WordKey>> = {
  name: 'name',
  status: 'state',
  member: 'detailMember',
  project: 'project',
  family: 'family',
  target: 'detailTarget',
  event: 'detailEvent',
  tag: 'detailTag',
  bytes: 'detailBytes',
  images: 'images',
  uploads: 'detailUploads',
  session: 'detailSession',
};

/** Who did what to which image, when, from where. */
export function AuditLogView() {
  const { t } = useSpeech();
  const [action, setAction] = useState<AuditAction | ''>('');
  const [projectId, setProject] = useState('');
  const filter = { ...(action ? { action } : {}), ...(projectId ? { projectId } : {}) };
  const { data: entries = [], hasNextPage, fetchNextPage } = useAuditLog(filter);
  return (
    <>
      <Toolbar inset={{ default: 'insetNone' }}>
        <ToolbarContent>
          <ToolbarItem>
            <FormSelect
              aria-label={t('action')}
              value={action}
              onChange={(_event, value) => setAction(value as AuditAction | '')}
            >
              <FormSelectOption value="" label={t('everyAction')} />
              {(Object.keys(actionWords) as AuditAction[]).map((each) => (
                <FormSelectOption key={each} value={each} label={t(actionWords[each])} />
              ))}
            </FormSelect>
          </ToolbarItem>
          <ToolbarItem>
            <TextInput
              aria-label={t('project')}
              placeholder={t('project')}
              value={projectId}
              onChange={(_event, value) => setProject(value.trim())}
            />
          </ToolbarItem>
          <ToolbarItem align={{ default: 'alignEnd' }}>
            <Button component="a" variant="secondary" href={auditExportUrl(filter)} download>
              {t('exportLog')}
            </Button>
          </ToolbarItem>
        </ToolbarContent>
      </Toolbar>
      {entries.length === 0 ? <p className="quiet">{t('noEntries')}</p> : <Entries entries={entries} />}
      {hasNextPage && (
        <Button variant="link" onClick={() => void fetchNextPage()}>
          {t('showMore')}
        </Button>
      )}
    </>
  );
}

function Entries({ entries }: { entries: readonly AuditEntry[] }) {
  const { t, time } = useSpeech();
  return (
    <Table aria-label={t('auditLog')} variant="compact">
      <Thead noWrap>
        <Tr>
          <Th>{t('when')}</Th>
          <Th>{t('who')}</Th>
          <Th>{t('action')}</Th>
          <Th>{t('subject')}</Th>
          <Th>{t('from')}</Th>
        </Tr>
      </Thead>
      <Tbody>
        {entries.map(({ id, at, actor, projectId, action, imageId, details, address }) => (
          <Tr key={id}>
            <Td dataLabel={t('when')} modifier="nowrap" className="figures">
              {time(at)}
            </Td>
            <Td dataLabel={t('who')} modifier="breakWord">
              <span className="guest-text">{actor}</span>
              {projectId && <div className="quiet">{projectId}</div>}
            </Td>
            <Td dataLabel={t('action')}>{t(actionWords[action])}</Td>
            <Td dataLabel={t('subject')} modifier="breakWord">
              {imageId && <Link to={`/images/${imageId}`}>{imageId.slice(0, 8)}</Link>}
              {Object.entries(details).map(([name, value]) => (
                <div key={name} className="guest-text quiet">
                  {detailWords[name] ? t(detailWords[name]) : name}: {value === 'null' ? t('quotaInherited') : value}
                </div>
              ))}
            </Td>
            <Td dataLabel={t('from')}>{address ?? '–'}</Td>
          </Tr>
        ))}
      </Tbody>
    </Table>
  );
}
