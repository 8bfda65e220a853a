import type { Conversion } from '../../shared/checks/examine.ts';
import { findsNothingUnsafe } from '../../shared/checks/verdict.ts';
import type { Admission, Layer } from '../../shared/contracts/run.ts';
import type { RunContext } from '../../shared/ports/runs.ts';

type Declared = Pick<RunContext, 'containerFormat'>;

/**
 * A consumer decompresses a file that is declared as compressed, and unpacks an archive. Only after the same steps here is it known whether the hidden contents
 * are safe.
 */
function isTakenApart({ containerFormat }: Declared, layers: readonly Layer[]): boolean {
  return containerFormat === 'compressed' || layers.some(({ kind }) => kind === 'pieces');
}

/** Whether the bytes may be served unchanged: our detector and QEMU have checked them, and found nothing against it. */
export function isSafeAsItCame(declared: Declared, { layers, findings }: Admission): boolean {
  return !isTakenApart(declared, layers) && layers.length + findings.length > 0 && findsNothingUnsafe(findings);
}

/** The same as `isSafeAsItCame`, for contents that a consumer decompresses before use. */
export function isSafeWithin(declared: Declared, { disk, converted, layers, findings }: Conversion): boolean {
  return (
    isTakenApart(declared, layers) && disk !== undefined && converted !== undefined && findsNothingUnsafe(findings)
  );
}
