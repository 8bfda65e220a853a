import type { Admission, Layer } from '../../shared/contracts/run.ts';
import type { Conversion } from '../../shared/examine.ts';
import type { RunContext } from '../../shared/ports/runs.ts';
import { foundNothingUnsafe } from '../../shared/verdict.ts';

type Declared = Pick<RunContext, 'containerFormat'>;

/**
 * Those who take what is declared so decompress it, and anyone who takes an archive unpacks it: whether what is hidden in it is safe is known when that has been
 * done.
 */
function isTakenApart({ containerFormat }: Declared, layers: readonly Layer[]): boolean {
  return containerFormat === 'compressed' || layers.some(({ kind }) => kind === 'pieces');
}

/** Whether the bytes may be served unchanged: our detector and QEMU have checked them, and found nothing against it. */
export function isSafeAsItCame(declared: Declared, { layers, findings }: Admission): boolean {
  return !isTakenApart(declared, layers) && layers.length + findings.length > 0 && foundNothingUnsafe(findings);
}

/** As `isSafeAsItCame`, of what is decompressed before anybody uses it. */
export function isSafeWithin(declared: Declared, { disk, converted, layers, findings }: Conversion): boolean {
  return (
    isTakenApart(declared, layers) && disk !== undefined && converted !== undefined && foundNothingUnsafe(findings)
  );
}
