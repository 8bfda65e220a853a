import type { Text } from '../checks/text.ts';
import { worstFirst } from '../checks/worst-first.ts';
import type { StepView } from '../contracts/api.ts';
import type { Finding } from '../contracts/finding.ts';
import type { BootPolicy } from '../contracts/image.ts';
import type { RunStatus } from '../contracts/run.ts';
import type { Step } from '../contracts/step.ts';
import type { Tone } from './states.ts';
import { isUnderWay } from './under-way.ts';

/** Every way in which a step of a run can stand: its colour and its words. `{count}` is the number of its worst findings. */
export const stepTicks = {
  waiting: { tone: 'quiet', label: { en: 'Waiting', de: 'Wartet' } },
  'awaits-worker': { tone: 'quiet', label: { en: 'Waiting for a free worker', de: 'Wartet auf einen freien Worker' } },
  'awaits-scratch': { tone: 'quiet', label: { en: 'Waiting for disk space', de: 'Wartet auf Speicherplatz' } },
  running: { tone: 'busy', label: { en: 'Running', de: 'Läuft' } },
  done: { tone: 'good', label: { en: 'Done', de: 'Fertig' } },
  unknown: {
    tone: 'careful',
    label: { en: '{count, plural, one {# unknown} other {# unknown}}', de: '{count} nicht feststellbar' },
  },
  warning: {
    tone: 'careful',
    label: {
      en: '{count, plural, one {# warning} other {# warnings}}',
      de: '{count, plural, one {# Warnung} other {# Warnungen}}',
    },
  },
  problem: {
    tone: 'bad',
    label: {
      en: '{count, plural, one {# problem} other {# problems}}',
      de: '{count, plural, one {# Problem} other {# Probleme}}',
    },
  },
  retrying: { tone: 'careful', label: { en: 'Trying again', de: 'Wird erneut versucht' } },
  failed: { tone: 'bad', label: { en: 'Failed', de: 'Fehlgeschlagen' } },
  cancelled: { tone: 'quiet', label: { en: 'Cancelled', de: 'Abgebrochen' } },
  off: { tone: 'quiet', label: { en: 'Switched off', de: 'Ausgeschaltet' } },
  'not-reached': { tone: 'quiet', label: { en: 'Not reached', de: 'Nicht erreicht' } },
} as const satisfies Readonly<Record<string, { tone: Tone; label: Text }>>;
export type StepTickKey = keyof typeof stepTicks;

export type StepFinding = Pick<Finding, 'step' | 'outcome'>;

export type StepFacts<Found extends StepFinding = StepFinding> = {
  step: Step;
  /** The step's row; undefined until it begins. */
  row: Pick<StepView, 'status' | 'waitsFor'> | undefined;
  run: RunStatus;
  /** The findings of the whole run. */
  findings: readonly Found[];
  /** The policy for the boot test, as far as it is known. */
  bootCheck: BootPolicy | null;
};

const ticks = { fail: 'problem', warn: 'warning', unknown: 'unknown' } as const satisfies Partial<
  Record<string, StepTickKey>
>;

/** How a step stands: what it found counts for more than that it came to its end. `worst` is the first of the findings that are counted. */
export function toStepTick<Found extends StepFinding>({
  step,
  row,
  run,
  findings,
  bootCheck,
}: StepFacts<Found>): { key: StepTickKey; count: number; worst?: Found } {
  const key = (name: StepTickKey) => ({ key: name, count: 0 });
  const isOpen = isUnderWay(run);
  if (!row) {
    // A run that was published without this step has left it out; a rejected one has not come to it.
    if (step === 'boot-check' && (run === 'published' || (isOpen && bootCheck === 'off'))) return key('off');
    return key(isOpen ? 'waiting' : 'not-reached');
  }
  if (row.status === 'failed' && isOpen) return key('retrying');
  if (row.status === 'failed' || row.status === 'cancelled') return key(row.status);
  if (row.status === 'running') return key(row.waitsFor ? `awaits-${row.waitsFor}` : 'running');
  for (const outcome of worstFirst) {
    const same = findings.filter((finding) => finding.step === step && finding.outcome === outcome);
    const [worst] = same;
    if (worst) return { key: ticks[outcome], count: same.length, worst };
  }
  return key('done');
}
