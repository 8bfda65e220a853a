import { Button, ClipboardCopy } from '@patternfly/react-core';
import { DownloadIcon } from '@patternfly/react-icons/dist/esm/icons/download-icon';
import { RedoIcon } from '@patternfly/react-icons/dist/esm/icons/redo-icon';
import { ShareAltIcon as ShareIcon } from '@patternfly/react-icons/dist/esm/icons/share-alt-icon';
import { type ReactNode, useState } from 'react';
import type { FindingView, ImageDetail, RunView, Self } from '../../shared/contracts/api.ts';
import { toImageState } from '../../shared/status/image-state.ts';
import { imageStates } from '../../shared/status/states.ts';
import { dialogOnDemand } from '../shell/dialog-on-demand.tsx';
import { describeFailure } from '../shell/failure.tsx';
import { Message, type Variant } from '../shell/message.tsx';
import { useSpeech } from '../words/language.tsx';
import { FindingList } from './findings.tsx';
import { type ImageActions, listActions } from './image-actions.ts';
import { LaunchCommands, LaunchLink } from './launch.tsx';
import { RepairOffer } from './repair-offer.tsx';
import { useImageWork } from './use-image-work.ts';

const ImageDialog = dialogOnDemand(async () => (await import('./image-dialog.tsx')).ImageDialog);

type Props = { image: ImageDetail; self: Self };

/** The findings that have rejected a run. The head of its page shows them; its list of checks need not. */
export function listRejecting(run: RunView | undefined): readonly FindingView[] {
  return run?.status === 'rejected' ? run.findings.filter(({ outcome }) => outcome === 'fail') : [];
}

/** The result of an image, the reason, and the next step that helps. Nothing while it is in progress. */
export function Outcome({ image, self }: Props) {
  const { say } = useSpeech();
  const { key } = toImageState(image);
  const can = listActions(image, self);
  const [run] = image.runs;
  const title = say(imageStates[key].sentence);
  const tell = (variant: Variant, body?: ReactNode) => (
    <Message variant={variant} title={title} heading="h2">
      {body}
    </Message>
  );
  const tellFailure = (failure: Parameters<typeof describeFailure>[0] | null | undefined, next: ReactNode) => {
    const words = failure ? describeFailure(failure) : undefined;
    return tell(
      'danger',
      <div className="stacked">
        {words && (
          <div className="guest-text">
            <p>{words.title}</p>
            {words.body}
          </div>
        )}
        {next}
      </div>,
    );
  };
  switch (key) {
    case 'rejected':
    case 'active-rejected':
      return tell('danger', run && <Rejection image={image} self={self} run={run} />);
    case 'failed':
      return tellFailure(run?.failure, <TryAgain image={image} can={can} />);
    case 'download-failed':
      return tellFailure(image.download?.failure, <TryAgain image={image} can={can} />);
    case 'repair-failed':
      return tellFailure(image.repair?.failure, null);
    case 'cancelled':
      return tell('info', <TryAgain image={image} can={can} />);
    case 'active':
      return tell('success', <Ready image={image} self={self} run={run} />);
    case 'active-unstarted':
    case 'active-unknown':
      return tell('info', <Ready image={image} self={self} run={run} />);
    case 'active-warned':
      return tell(
        'warning',
        <>
          <Ready image={image} self={self} run={run} />
          {run && <RepairOffer image={image} self={self} run={run} />}
        </>,
      );
    case 'active-unchecked':
      return tell('warning', <Ready image={image} self={self} run={undefined} />);
    default:
      return null;
  }
}

/** Cause, advice, commands, and the repair where one applies. */
function Rejection({ image, self, run }: Props & { run: RunView }) {
  return (
    <div className="stacked">
      <FindingList findings={listRejecting(run)} />
      <RepairOffer image={image} self={self} run={run} isPrimary />
    </div>
  );
}

function TryAgain({ image, can }: { image: ImageDetail; can: ImageActions }) {
  const { t } = useSpeech();
  const work = useImageWork(image);
  if (can.retry !== true) return null;
  return (
    <div>
      <Button icon={<RedoIcon />} onClick={() => void work.retry()}>
        {t('retry')}
      </Button>
    </div>
  );
}

/** The facts that one needs to use it. */
function Ready({ image, self, run }: Props & { run: RunView | undefined }) {
  const { t } = useSpeech();
  const work = useImageWork(image);
  const [isSharing, setSharing] = useState(false);
  const passed = run?.findings.filter(({ outcome }) => outcome === 'pass').length ?? 0;
  const boot = run?.report?.boot;
  const firmware = boot ? [boot.firmware] : (run?.report?.guest?.firmware ?? []);
  const facts = [
    ...(firmware.length > 0
      ? [t(boot ? 'bootsWith' : 'mayBootWith', { firmware: firmware.map((each) => each.toUpperCase()).join(', ') })]
      : []),
    ...(passed > 0 ? [t('passedChecks', { count: passed })] : []),
  ];
  return (
    <div className="stacked">
      {facts.length > 0 && <p>{facts.join(' · ')}</p>}
      <ClipboardCopy
        isReadOnly
        hoverTip={t('copy')}
        clickTip={t('copied')}
        textAriaLabel={t('identifier')}
        copyAriaLabel={t('copyWhat', { what: t('identifier') })}
      >
        {image.id}
      </ClipboardCopy>
      <div className="next-steps">
        <LaunchLink image={image} self={self} />
        <Button variant="secondary" icon={<DownloadIcon />} onClick={() => void work.download()}>
          {t('download')}
        </Button>
        {listActions(image, self).share === true && (
          <Button variant="secondary" icon={<ShareIcon />} onClick={() => setSharing(true)}>
            {t('shareMenu')}
          </Button>
        )}
      </div>
      {isSharing && <ImageDialog name="share" image={image} self={self} onClose={() => setSharing(false)} />}
      <LaunchCommands image={image} self={self} />
    </div>
  );
}
