import { Buffer } from 'buffer/';
import type { Language } from '../../shared/checks/text.ts';
import type { FindingView } from '../../shared/contracts/api.ts';
import type { Finding } from '../../shared/contracts/finding.ts';
import type { DetectedDisk } from '../../shared/contracts/run.ts';
import type { Compression, PeekLayer } from '../../shared/formats/layers.ts';
import { findShortage, type Quota, quotaFinding } from '../../shared/limits/quota.ts';

export type FileCheck = {
  /** In both languages: the reader may change it while the dialog is open. */
  refusals: Record<Language, FindingView[]>;
  disk: DetectedDisk | undefined;
  compression: Compression | undefined;
};

export type Limits = { allowIso: boolean; maxUploadBytes: number; maxVirtualBytes: number };

/** Browsers have a decompressor for gzip alone: of the others nothing can be said. */
class CannotPeek extends Error {}

/**
 * Finds the reasons for which the installation would refuse the file, before a byte is sent. Reads the first MBs and the places to which the header points. It
 * never decides that an image is good.
 */
export async function checkFile(file: Blob, limits: Limits, quota: Quota): Promise<FileCheck> {
  // The detector is the server's own; it reads Buffers.
  Object.assign(globalThis, { Buffer });
  const [{ admitSource }, { toFindingView }] = await Promise.all([
    import('../../shared/formats/admit.ts'),
    import('../../shared/checks/finding-view.ts'),
  ]);
  const refusals = (findings: readonly Finding[]): FileCheck['refusals'] => {
    const failed = findings.filter(({ outcome }) => outcome === 'fail');
    const inWords = (language: Language): FindingView[] => failed.map((finding) => toFindingView(finding, language));
    return { en: inWords('en'), de: inWords('de') };
  };
  const shortage = findShortage(quota, { images: 1, uploads: 1, bytes: file.size });
  if (shortage) return { refusals: refusals([quotaFinding(shortage)]), disk: undefined, compression: undefined };
  const source = {
    size: file.size,
    read: async (offset: number, length: number) =>
      Buffer.from(await file.slice(offset, offset + length).arrayBuffer()) as never,
  };
  try {
    const { findings, layers, disk } = await admitSource(source, { ...limits, peek });
    const outer = layers[0]?.kind;
    return {
      refusals: refusals(findings),
      disk,
      compression: outer === 'gz' || outer === 'xz' || outer === 'zstd' || outer === 'bzip2' ? outer : undefined,
    };
  } catch (error) {
    if (error instanceof CannotPeek) return { refusals: { en: [], de: [] }, disk: undefined, compression: 'xz' };
    throw error;
  }
}

const peek: PeekLayer = async (kind, source, bytes) => {
  if (kind !== 'gz') throw new CannotPeek();
  const packed = (await source.read(0, 4 * bytes)) as Uint8Array<ArrayBuffer>;
  const reader = new Blob([packed]).stream().pipeThrough(new DecompressionStream('gzip')).getReader();
  const pieces: Uint8Array[] = [];
  let length = 0;
  try {
    while (length < bytes) {
      const { value, done } = await reader.read();
      if (done) break;
      pieces.push(value);
      length += value.length;
    }
  } catch {
    // The data that was read ends before the stream does. If there is no data at all, it may be an odd stream that only this decoder cannot read.
    if (length === 0) throw new CannotPeek();
  }
  void reader.cancel().catch(() => undefined);
  return Buffer.concat(pieces).subarray(0, bytes) as never;
};
