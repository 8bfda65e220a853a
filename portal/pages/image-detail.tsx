import {
  Breadcrumb,
  BreadcrumbItem,
  Bullseye,
  Card,
  CardBody,
  CardTitle,
  Flex,
  FlexItem,
  Grid,
  GridItem,
  PageSection,
  Spinner,
  Title,
} from '@patternfly/react-core';
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useId, useState } from 'react';
import { Link, useParams } from 'react-router';
import type { ImageDetail, Self } from '../../shared/contracts/api.ts';
import { isUnstarted, toImageState } from '../../shared/status/image-state.ts';
import { imageStates } from '../../shared/status/states.ts';
import { ApiProblem, api } from '../api/client.ts';
import { useImage } from '../api/streamed-images.ts';
import { BootEvidence } from '../images/boot-evidence.tsx';
import { Deliveries } from '../images/deliveries.tsx';
import { Documents } from '../images/documents.tsx';
import { DownloadRecord } from '../images/download-record.tsx';
import { Facts, Properties, Record as RecordOf } from '../images/facts.tsx';
import { Findings } from '../images/findings.tsx';
import { findHome, imageLists } from '../images/home.ts';
import { ImageMenu } from '../images/image-menu.tsx';
import { listRejecting, Outcome } from '../images/outcome.tsx';
import { RepairRecord } from '../images/repair-record.tsx';
import { RunHistory } from '../images/run-history.tsx';
import { StatusChip } from '../images/status-chip.tsx';
import { Timeline } from '../images/timeline.tsx';
import { useProblemWords } from '../shell/failure.tsx';
import { Message } from '../shell/message.tsx';
import { useUploadHere } from '../upload/uploads-context.tsx';
import { useSpeech } from '../words/language.tsx';
import { MissingPage } from './missing.tsx';
import { useTitle } from './title.ts';

export function ImageDetailPage({ self }: { self: Self }) {
  const { id = '' } = useParams();
  return <Detail key={id} id={id} self={self} />;
}

function Detail({ id, self }: { id: string; self: Self }) {
  const { t } = useSpeech();
  const { data: image, error, connected } = useImage(id);
  useTitle(image?.name ?? t('images'));
  const problemWords = useProblemWords();
  if (error instanceof ApiProblem && error.status === 404) {
    return <MissingPage title="imageMissing" help="imageMissingHelp" />;
  }
  if (!image) {
    if (error) return <Message variant="danger" title={problemWords(error).title} />;
    return (
      <Bullseye>
        <Spinner aria-label={t('loading')} />
      </Bullseye>
    );
  }
  return (
    <>
      <Head image={image} self={self} connected={connected} />
      <PageSection isFilled>
        <Body image={image} self={self} />
      </PageSection>
    </>
  );
}

function Head({ image, self, connected }: { image: ImageDetail; self: Self; connected: boolean }) {
  const { t } = useSpeech();
  const [isOpen, setOpen] = useState(false);
  const home = imageLists.find(({ path }) => path === findHome(image, self));
  return (
    <PageSection>
      <Breadcrumb aria-label={t('breadcrumb')}>
        <BreadcrumbItem>
          {home ? <Link to={home.path}>{t(home.word)}</Link> : t('imageOf', { project: image.projectId })}
        </BreadcrumbItem>
        <BreadcrumbItem isActive>
          <span className="guest-text clamped">{image.name}</span>
        </BreadcrumbItem>
      </Breadcrumb>
      <Flex className="detail-head" alignItems={{ default: 'alignItemsCenter' }}>
        <FlexItem>
          <Title headingLevel="h1" className="guest-text">
            {image.name}
          </Title>
        </FlexItem>
        <FlexItem>
          <StatusChip image={image} />
        </FlexItem>
        <FlexItem align={{ default: 'alignRight' }}>
          <ImageMenu image={image} self={self} isOpen={isOpen} onOpenChange={setOpen} label={t('actions')} />
        </FlexItem>
      </Flex>
      <StateSentence image={image} />
      {!connected && <Message isPlain variant="warning" title={t('reconnecting')} />}
    </PageSection>
  );
}

/** While an image is on its way: where it is. Afterwards the outcome says more. */
function StateSentence({ image }: { image: ImageDetail }) {
  const { t, say } = useSpeech();
  const { key } = toImageState(image, useUploadHere(image.id));
  const isOver = ['good', 'unproven', 'careful', 'bad'].includes(imageStates[key].tone);
  return (
    <>
      {!isOver && <p className="quiet">{say(imageStates[key].sentence)}</p>}
      {isUnstarted(image) && key !== 'active-unstarted' && <p>{t('neverStarted')}</p>}
    </>
  );
}

function Body({ image, self }: { image: ImageDetail; self: Self }) {
  const { t } = useSpeech();
  const [chosen, setChosen] = useState<number>();
  const keys = useQuery({ queryKey: ['provenance-keys'], queryFn: api.provenanceKeys, staleTime: 600_000 });
  const run = image.runs.find(({ number }) => number === chosen) ?? image.runs[0];
  const isNewest = run === image.runs[0];
  const told = isNewest ? listRejecting(run) : [];
  const hasChecks = run && (run.findings.length > told.length || told.length === 0);
  const timeline = run && (
    <Panel title={image.runs.length > 1 ? `${t('progress')} · ${t('run', { number: run.number })}` : t('progress')}>
      <Timeline run={run} bootCheck={image.applied?.bootCheck ?? null}>
        {isNewest && <Deliveries image={image} role={self.role} />}
      </Timeline>
    </Panel>
  );
  return (
    <Grid hasGutter>
      <GridItem span={12} lg={8}>
        <div className="stacked">
          {isNewest && <Outcome image={image} self={self} />}
          {image.download && (
            <Panel title={t('downloadOf')}>
              <DownloadRecord download={image.download} />
            </Panel>
          )}
          {image.repair && (
            <Panel title={t('repairOf')}>
              <RepairRecord repair={image.repair} />
            </Panel>
          )}
          {run && !run.finishedAt && timeline}
          {hasChecks && (
            <Panel title={t('checks')}>
              <Findings run={run} told={told} />
            </Panel>
          )}
          {run?.finishedAt && timeline}
          {run?.report?.boot && (
            <Panel title={t('bootEvidence')}>
              <BootEvidence key={run.id} imageId={image.id} run={run.number} boot={run.report.boot} />
            </Panel>
          )}
        </div>
      </GridItem>
      <GridItem span={12} lg={4}>
        <div className="stacked">
          {run?.report && (
            <Panel title={t('found')}>
              <Facts report={run.report} />
            </Panel>
          )}
          <Panel title={t('details')}>
            <RecordOf image={image} self={self} />
          </Panel>
          {Object.keys(image.properties).length > 0 && (
            <Panel title={t('properties')}>
              <Properties properties={image.properties} />
            </Panel>
          )}
          {run?.report && (
            <Panel title={t('documents')}>
              <Documents
                imageId={image.id}
                run={run}
                hasProvenance={image.published !== null && (keys.data?.keys.length ?? 0) > 0}
              />
            </Panel>
          )}
          {image.runs.length > 1 && (
            <Panel title={t('runs')}>
              <RunHistory runs={image.runs} chosen={run?.number} onChoose={setChosen} />
            </Panel>
          )}
        </div>
      </GridItem>
    </Grid>
  );
}

function Panel({ title, children }: { title: string; children: ReactNode }) {
  const id = useId();
  return (
    <Card component="section" aria-labelledby={id}>
      <CardTitle component="h2" id={id}>
        {title}
      </CardTitle>
      <CardBody>{children}</CardBody>
    </Card>
  );
}
