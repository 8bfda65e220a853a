import {
  Button,
  FormSelect,
  FormSelectOption,
  Progress,
  Skeleton,
  Toolbar,
  ToolbarContent,
  ToolbarItem,
} from '@patternfly/react-core';
import { Table, Tbody, Td, Th, Thead, Tr } from '@patternfly/react-table';
import { useState } from 'react';
import { useSearchParams } from 'react-router';
import type { ProjectQuota } from '../../shared/contracts/api.ts';
import type { QuotaSort } from '../../shared/limits/quota.ts';
import { Problem } from '../shell/failure.tsx';
import { isKey } from '../shell/is-key.ts';
import { quotasOnPage, useQuotas } from './polled-data.ts';
import { QuotaDialog } from './quota-dialog.tsx';
import { useSpeech } from './speech.ts';

const orderWords = { fill: 'quotaByFill', bytes: 'quotaByBytes', project: 'quotaByProject' } as const;

/** The quota of each project and its use, fullest first. Order and page are in the address. */
export function QuotaTable() {
  const { t } = useSpeech();
  const [params, setParams] = useSearchParams();
  const asked = params.get('sort');
  const sort = isKey(orderWords, asked) ? asked : 'fill';
  const page = Math.max(1, Math.trunc(Number(params.get('page'))) || 1);
  const [chosen, setChosen] = useState<ProjectQuota>();
  const { data, error } = useQuotas(sort, (page - 1) * quotasOnPage);
  const show = (next: { sort?: QuotaSort; page?: number }): void => {
    setParams({ sort: next.sort ?? sort, ...(next.page && next.page > 1 ? { page: `${next.page}` } : {}) });
  };
  if (!data) return error ? <Problem error={error} /> : <Skeleton screenreaderText={t('loading')} />;
  const first = (page - 1) * quotasOnPage;
  return (
    <>
      <Toolbar inset={{ default: 'insetNone' }}>
        <ToolbarContent>
          <ToolbarItem>
            <FormSelect
              aria-label={t('quotaOrder')}
              value={sort}
              onChange={(_event, next) => isKey(orderWords, next) && show({ sort: next })}
            >
              {(Object.keys(orderWords) as QuotaSort[]).map((each) => (
                <FormSelectOption key={each} value={each} label={t(orderWords[each])} />
              ))}
            </FormSelect>
          </ToolbarItem>
        </ToolbarContent>
      </Toolbar>
      <Table aria-label={t('quotas')} variant="compact">
        <Thead noWrap>
          <Tr>
            <Th>{t('project')}</Th>
            <Th>{t('storage')}</Th>
            <Th>{t('images')}</Th>
            <Th>{t('uploads')}</Th>
            <Th screenReaderText={t('actions')} />
          </Tr>
        </Thead>
        <Tbody>
          {data.projects.map((quota) => (
            <Tr key={quota.projectId}>
              <Td dataLabel={t('project')} modifier="breakWord">
                <span className="guest-text">{quota.projectId}</span>
              </Td>
              {(['bytes', 'images', 'uploads'] as const).map((each) => (
                <Td key={each} dataLabel={t(each === 'bytes' ? 'storage' : each)}>
                  <Bar quota={quota} resource={each} />
                </Td>
              ))}
              <Td isActionCell>
                <Button
                  variant="secondary"
                  size="sm"
                  aria-label={t('quotaChangeOf', { project: quota.projectId })}
                  onClick={() => setChosen(quota)}
                >
                  {t('change')}
                </Button>
              </Td>
            </Tr>
          ))}
        </Tbody>
      </Table>
      {data.total > quotasOnPage && (
        <div className="pages">
          <span className="figures quiet">
            {t('pageOf', { first: first + 1, last: first + data.projects.length, total: data.total })}
          </span>
          <Button variant="secondary" isDisabled={page === 1} onClick={() => show({ page: page - 1 })}>
            {t('previousPage')}
          </Button>
          <Button
            variant="secondary"
            isDisabled={first + data.projects.length >= data.total}
            onClick={() => show({ page: page + 1 })}
          >
            {t('nextPage')}
          </Button>
        </div>
      )}
      {chosen && <QuotaDialog quota={chosen} onClose={() => setChosen(undefined)} />}
    </>
  );
}

type BarProps = { quota: ProjectQuota; resource: 'bytes' | 'images' | 'uploads' };

function Bar({ quota: { projectId, limits, own, used }, resource }: BarProps) {
  const { t, bytes, number } = useSpeech();
  const say = resource === 'bytes' ? bytes : number;
  const limit = limits[resource];
  if (limit === null) {
    return <span className="figures">{t('quotaUnlimited', { used: say(used[resource]) })}</span>;
  }
  const share = (used[resource] / limit) * 100;
  return (
    <div className="bar">
      <Progress
        aria-label={`${projectId}: ${t(resource === 'bytes' ? 'storage' : resource)}`}
        value={Math.min(100, Math.floor(share))}
        title={t('uploadOf', { done: say(used[resource]), total: say(limit) })}
        label={`${number(Math.floor(share))} %`}
        size="sm"
        {...(share >= 100 ? { variant: 'danger' as const } : share >= 90 ? { variant: 'warning' as const } : {})}
      />
      {own[resource] === null && <span className="quiet">{t('quotaInherited')}</span>}
    </div>
  );
}
