import { constants, createGunzip, createZstdDecompress } from 'node:zlib';
import type { Language } from '../../../shared/checks/define.ts';
import { toFindingView } from '../../../shared/checks/finding-view.ts';
import type { FindingView } from '../../../shared/contracts/api.ts';
import { admitSource } from '../../../shared/formats/admit.ts';
import type { PeekLayer } from '../../../shared/formats/layers.ts';
import { findShortage, type Quota, quotaFinding } from '../../../shared/limits/quota.ts';
import type { ByteSource } from '../../../shared/ports/byte-source.ts';

/**
 * Finds the reasons for which the installation would refuse the file, from its own header and before a byte is sent. It never decides that an image is good:
 * only the installation does.
 * @param quota of the project; undefined if room for this file is already reserved
 */
export async function findRefusals(
  source: ByteSource,
  limits: { allowIso: boolean; maxUploadBytes: number; maxVirtualBytes: number },
  quota: Quota | undefined,
  language: Language,
): Promise<FindingView[]> {
  const shortage = quota && findShortage(quota, { images: 1, uploads: 1, bytes: source.size });
  if (shortage) return [toFindingView(quotaFinding(shortage), language)];
  try {
    const { findings } = await admitSource(source, { ...limits, peek });
    return findings.filter(({ outcome }) => outcome === 'fail').map((finding) => toFindingView(finding, language));
  } catch (error) {
    if (error instanceof CannotPeek) return [];
    throw error;
  }
}

/** Node has no decompressor for it, or one that gives up earlier than the installation's: the result is unknown. */
class CannotPeek extends Error {}

const peekPiece = 64 * 1024;

function makeDecoder(kind: Parameters<PeekLayer>[0]) {
  if (kind === 'gz') return createGunzip();
  // The installation's zstd accepts windows up to 512 MiB (--memory); Node's own limit is 128 MiB.
  if (kind === 'zstd') return createZstdDecompress({ params: { [constants.ZSTD_d_windowLogMax]: 29 } });
  throw new CannotPeek();
}

const peek: PeekLayer = async (kind, source, bytes) => {
  const decoder = makeDecoder(kind);
  const pieces: Buffer[] = [];
  let length = 0;
  let damaged = false;
  const ended = new Promise<void>((resolve) => {
    decoder.on('data', (piece: Buffer) => {
      pieces.push(piece);
      length += piece.length;
      if (length >= bytes) decoder.destroy();
    });
    decoder.once('error', () => {
      damaged = true;
      resolve();
    });
    decoder.once('close', resolve);
    decoder.once('end', resolve);
  });
  for (let offset = 0; offset < source.size && !decoder.destroyed; offset += peekPiece) {
    const piece = await source.read(offset, peekPiece);
    if (piece.length === 0) break;
    const written = new Promise<void>((resolve) => decoder.write(piece, () => resolve()));
    await Promise.race([written, ended]);
  }
  if (!decoder.destroyed) decoder.end();
  await ended;
  decoder.destroy();
  // It may be an odd stream that only this decoder cannot read.
  if (damaged && length === 0) throw new CannotPeek();
  return Buffer.concat(pieces).subarray(0, bytes);
};
