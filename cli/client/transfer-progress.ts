import { formatBytes, formatDuration, formatPercent } from '../../shared/text/quantities.ts';
import { createTransferMeter, type Reading } from '../../shared/transfer/transfer-meter.ts';
import { hasStatusLine, showStatus, tellLine } from '../terminal.ts';

/** "62 %  1.2 GiB of 2.0 GiB  40.0 MiB/s  21 s left" */
export function describeReading({ done, total, speed, secondsLeft }: Reading): string {
  return [
    formatPercent(done, total),
    `${formatBytes(done)} of ${formatBytes(total)}`,
    ...(speed === undefined ? [] : [`${formatBytes(Math.round(speed))}/s`]),
    ...(secondsLeft === undefined || done >= total ? [] : [`${formatDuration(secondsLeft)} left`]),
  ].join('  ');
}

/** The new tens of a percentage. Each is reported once, although a part may have to be sent again. */
export function createTens(done: number, total: number) {
  const countTens = (bytes: number): number => (total === 0 ? 10 : Math.floor((bytes / total) * 10));
  let told = countTens(done);
  return (bytes: number): boolean => {
    const tens = countTens(bytes);
    if (tens <= told) return false;
    told = tens;
    return true;
  };
}

function nowSeconds(): number {
  return performance.now() / 1000;
}

/** On stderr: one line that is overwritten at a terminal, or else a line for every ten percent. */
export function createTransferProgress({ total, done, quiet }: { total: number; done: number; quiet: boolean }) {
  const meter = createTransferMeter({ total, done, now: nowSeconds() });
  const isNewTen = createTens(done, total);
  const rewrite = !quiet && hasStatusLine();
  const show = (): void => showStatus(`  ${describeReading(meter.reading(nowSeconds()))}`);
  const ticking = rewrite ? setInterval(show, 500) : undefined;
  return {
    reached: (bytes: number): void => {
      meter.reached(bytes, nowSeconds());
      if (!quiet && !rewrite && isNewTen(bytes)) tellLine(`  ${describeReading(meter.reading(nowSeconds()))}`);
    },
    end: (): void => {
      clearInterval(ticking);
      if (rewrite) tellLine(`  ${describeReading(meter.reading(nowSeconds()))}`);
    },
  };
}
