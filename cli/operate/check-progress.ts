import type { Step } from '../../shared/contracts/step.ts';
import { formatDuration } from '../../shared/text/quantities.ts';
import type { Line } from '../terminal.ts';

/** Where progress is shown: cli/terminal.ts, or nowhere. */
export type ProgressView = { hasStatusLine(): boolean; showStatus(text: string): void; tellLine(line: Line): void };

export type CheckProgress = {
  /** The step before is done; returns what hears of the new one's percentage. */
  step(step: Step): (percent: number) => void;
  /** So is the last one. */
  done(): void;
  /** Shows nothing more, whatever the result is. */
  stop(): void;
};

/** Step, percent and time: one line that is overwritten at a terminal, or else a line for every ten percent. */
export function createCheckProgress(view: ProgressView, now: () => number = Date.now): CheckProgress {
  let current: { step: Step; begun: number; percent: number } | undefined;
  let ticking: NodeJS.Timeout | undefined;

  const duration = (): string => formatDuration((now() - (current?.begun ?? 0)) / 1000);
  const name = (): string => `  ${(current?.step ?? '').padEnd(11)}`;
  const show = (): void => {
    if (current) view.showStatus(`${name()}${current.percent} %, ${duration()}`);
  };
  const stop = (): void => {
    clearInterval(ticking);
    current = undefined;
  };
  const tellDone = (): void => {
    if (current) view.tellLine(`${name()}done, ${duration()}`);
    stop();
  };
  return {
    step: (step) => {
      tellDone();
      const mine = { step, begun: now(), percent: 0 };
      current = mine;
      if (view.hasStatusLine()) {
        show();
        ticking = setInterval(show, 500);
      }
      return (value) => {
        const percent = Math.min(99, Math.floor(value));
        if (mine !== current || percent <= mine.percent) return;
        const isNewTen = Math.floor(percent / 10) > Math.floor(mine.percent / 10);
        mine.percent = percent;
        if (!view.hasStatusLine() && isNewTen) view.tellLine(`${name()}${percent} %`);
      };
    },
    done: tellDone,
    stop,
  };
}
