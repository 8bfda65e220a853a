import {
  Button,
  Card,
  CardBody,
  CardTitle,
  Label,
  PageSection,
  Skeleton,
  Tab,
  Tabs,
  TabTitleText,
  Title,
} from '@patternfly/react-core';
import { ExternalLinkAltIcon } from '@patternfly/react-icons/dist/esm/icons/external-link-alt-icon';
import { useEffect } from 'react';
import { useNavigate, useParams } from 'react-router';
import type { Operations } from '../../shared/contracts/operations.ts';
import { AuditLogView } from '../operations/audit-log.tsx';
import { EndedRuns } from '../operations/ended-runs.tsx';
import { EventInbox } from '../operations/event-inbox.tsx';
import { KeyTable } from '../operations/key-table.tsx';
import { useOperations } from '../operations/polled-data.ts';
import { QueueTable } from '../operations/queue-table.tsx';
import { QuotaTable } from '../operations/quota-table.tsx';
import { RunTable } from '../operations/run-table.tsx';
import { SourceTable } from '../operations/source-table.tsx';
import { useSpeech } from '../operations/speech.ts';
import { WorkerTable } from '../operations/worker-table.tsx';
import { useProblemWords } from '../shell/failure.tsx';
import { Message } from '../shell/message.tsx';
import { useTitle } from './title.ts';

const tabs = ['runs', 'notifications', 'workers', 'quotas', 'families', 'keys', 'audit'] as const;
type TabName = (typeof tabs)[number];
const tabWords = {
  runs: 'openRuns',
  notifications: 'notifications',
  workers: 'workersAndQueues',
  quotas: 'quotas',
  families: 'families',
  keys: 'keys',
  audit: 'auditLog',
} as const;

/** For administrators: what runs, what waits, what is stuck and why. */
export function OperationsPage() {
  const { t } = useSpeech();
  useTitle(t('operations'));
  const { tab } = useParams();
  const navigate = useNavigate();
  const problemWords = useProblemWords();
  const { data: operations, error } = useOperations();
  const shown: TabName = tabs.find((name) => name === tab) ?? 'runs';
  const isThere = operations !== undefined;
  // On narrow windows the tabs scroll. A user who opens an address must see the tab of that address.
  useEffect(() => {
    if (!isThere) return;
    const item = document.querySelectorAll('.pf-v6-c-tabs__item')[tabs.indexOf(shown)];
    const list = item?.parentElement;
    if (!item || !list) return;
    // Once more when the buttons beside the tabs are there, and when the window is turned.
    const observer = new ResizeObserver(() => {
      const left = item instanceof HTMLElement ? item.offsetLeft - (list.clientWidth - item.offsetWidth) / 2 : 0;
      list.scrollTo({ left, behavior: 'instant' });
    });
    observer.observe(list);
    return () => observer.disconnect();
  }, [shown, isThere]);
  return (
    <>
      <PageSection>
        <Title headingLevel="h1">{t('operations')}</Title>
        {operations && <Summary operations={operations} />}
      </PageSection>
      <PageSection isFilled>
        {error && <Message variant="warning" {...problemWords(error)} />}
        <Tabs
          activeKey={shown}
          onSelect={(_event, key) => void navigate(`/operations/${key}`)}
          aria-label={t('operations')}
        >
          {tabs.map((name) => (
            <Tab key={name} eventKey={name} title={<TabTitleText>{t(tabWords[name])}</TabTitleText>}>
              {shown === name && (
                <div className="tab-body">
                  {operations ? (
                    <Body name={name} operations={operations} />
                  ) : (
                    <Skeleton screenreaderText={t('loading')} />
                  )}
                </div>
              )}
            </Tab>
          ))}
        </Tabs>
      </PageSection>
    </>
  );
}

function Body({ name, operations }: { name: TabName; operations: Operations }) {
  const { t } = useSpeech();
  if (name === 'runs') {
    return (
      <>
        <RunTable operations={operations} />
        <EndedRuns />
      </>
    );
  }
  if (name === 'notifications') return <EventInbox />;
  if (name === 'quotas') return <QuotaTable />;
  if (name === 'families') return <SourceTable />;
  if (name === 'keys') return <KeyTable />;
  if (name === 'audit') return <AuditLogView />;
  return (
    <>
      <Title headingLevel="h2">{t('workers')}</Title>
      <WorkerTable workers={operations.workers} />
      <Title headingLevel="h2">{t('queues')}</Title>
      {operations.queues ? <QueueTable queues={operations.queues} /> : <p>{t('redisSilent')}</p>}
    </>
  );
}

const serverWords = {
  database: 'serverDatabase',
  redis: 'serverRedis',
  temporal: 'serverTemporal',
  'object-store': 'serverStore',
} as const;

function Summary({ operations: { runs, backlogs, dependencies, links } }: { operations: Operations }) {
  const { t, duration } = useSpeech();
  const navigate = useNavigate();
  const to = (tab: TabName) => ({ onClick: () => void navigate(`/operations/${tab}`) });
  const stuck = runs.filter((run) => run.stuck).length;
  const running = runs.filter(({ status }) => status === 'running').length;
  const silent = Object.entries(dependencies).filter(([, answers]) => !answers);
  return (
    <Card isCompact className="operations-summary">
      <CardTitle component="h2">{t('now')}</CardTitle>
      <CardBody>
        <Label color="blue" {...to('runs')}>
          {t('countRunning', { count: running })}
        </Label>
        <Label color="grey" {...to('runs')}>
          {t('countQueued', { count: runs.length - running })}
        </Label>
        <Label color={stuck > 0 ? 'red' : 'green'} {...to('runs')}>
          {t('countStuck', { count: stuck })}
        </Label>
        <Label color={backlogs.events.oldestSeconds > 600 ? 'red' : 'grey'} {...to('notifications')}>
          {backlogs.events.count === 0
            ? t('noOpenEvents')
            : t('countEvents', { count: backlogs.events.count, age: duration(backlogs.events.oldestSeconds) })}
        </Label>
        {silent.map(([name]) => (
          <Label key={name} color="red">
            {t('serverSilent', { name: name in serverWords ? t(serverWords[name as keyof typeof serverWords]) : name })}
          </Label>
        ))}
        <Outside href={links.queueBoard} label={t('queueBoard')} />
        {links.temporal && <Outside href={links.temporal} label={t('temporalUi')} />}
      </CardBody>
    </Card>
  );
}

function Outside({ href, label }: { href: string; label: string }) {
  return (
    <Button
      component="a"
      variant="link"
      href={href}
      target="_blank"
      rel="noreferrer"
      icon={<ExternalLinkAltIcon />}
      iconPosition="end"
    >
      {label}
    </Button>
  );
}
