import { headBytes } from '../../../shared/formats/format.ts';
import type { AdmitOptions } from '../../../shared/formats/layers.ts';
import { withTarSum } from '../readings.ts';
import type { Base } from './base-images.ts';
import { archive, member } from './bent-archives.ts';

/** What can be said of a compressed image by its first bytes, and what limits do to each kind of image. */

type Look = { name: string; bytes: Buffer; options?: Partial<AdmitOptions> };

const begins: Record<string, Buffer> = {
  gz: Buffer.from('1f8b08', 'hex'),
  xz: Buffer.from('fd377a585a00', 'hex'),
  zstd: Buffer.from('28b52ffd', 'hex'),
  bzip2: Buffer.from('BZh91AY&SY'),
};

export const layered = function* (bases: readonly Base[]): Generator<Look> {
  const wrapped = (kind: string): Buffer => Buffer.concat([begins[kind] as Buffer, Buffer.alloc(1024, 'z')]);
  const peekOf =
    (inner: Buffer): AdmitOptions['peek'] =>
    (_kind, _source, bytes, _signal, around) =>
      Promise.resolve(around.length > 0 ? Buffer.alloc(0) : inner.subarray(0, bytes));
  const inside = (name: string, inner: Buffer, more: Partial<AdmitOptions> = {}): Look => ({
    name,
    bytes: wrapped('gz'),
    options: { peek: peekOf(inner), ...more },
  });
  for (const kind of Object.keys(begins)) yield { name: `${kind} of nothing`, bytes: wrapped(kind) };
  for (const { name, bytes } of bases) {
    const long = Buffer.concat([bytes, Buffer.alloc(headBytes)]);
    yield inside(`${name} in gzip`, long);
    yield inside(`${name} in gzip, no ISO allowed`, long, { allowIso: false });
    yield inside(`${name} in gzip, its beginning only`, bytes.subarray(0, 1000));
    yield { name: `${name}, no ISO allowed`, bytes, options: { allowIso: false } };
    for (const most of [bytes.length - 1, bytes.length]) {
      yield {
        name: `${name}, upload of ${bytes.length - most} bytes too much`,
        bytes,
        options: { maxUploadBytes: most },
      };
    }
    for (const most of [1, 256 * 1024 - 1, 256 * 1024, 512 * 1024 - 1, 512 * 1024]) {
      yield { name: `${name}, disk of ${most} bytes allowed`, bytes, options: { maxVirtualBytes: most } };
    }
  }
  const hurt = (name: string, change: (bytes: Buffer) => void): Look => {
    const { bytes } = bases.find((base) => base.name === name) as Base;
    const bent = Buffer.concat([bytes, Buffer.alloc(headBytes)]);
    change(bent);
    return inside(`${name} in gzip, bent`, bent);
  };
  yield hurt('qcow2', (bytes) => bytes.writeBigUInt64BE(1n, 8));
  yield hurt('vdi', (bytes) => bytes.writeUInt32LE(4, 0x4c));
  yield hurt('vmdk sparse', (bytes) => bytes.writeBigUInt64LE(0n, 12));
  yield hurt('qcow2', (bytes) => bytes.writeUInt32LE(0xbeda107f, 0x40));
  yield hurt('raw gpt', (bytes) => void bytes.write('CD001', 32_769));
  for (const kind of Object.keys(begins)) {
    yield inside(`${kind} in gzip`, Buffer.concat([begins[kind] as Buffer, Buffer.alloc(headBytes)]));
    yield inside(`${kind} in gzip, short`, wrapped(kind));
  }
  const tar = (body: Buffer): Buffer => archive(member({ name: 'disk' }, body));
  yield inside('a tar in gzip', tar(Buffer.alloc(headBytes)));
  const peekDeep: AdmitOptions['peek'] = (_kind, _source, bytes) =>
    Promise.resolve(tar(Buffer.alloc(headBytes)).subarray(0, bytes));
  yield { name: 'gzip in a tar', bytes: tar(wrapped('gz')), options: { peek: peekDeep } };
  yield { name: 'gzip in a tar in a tar', bytes: tar(tar(wrapped('gz'))), options: { peek: peekDeep } };
  for (const [name, begin] of Object.entries({ qcow2: 'QFI\xfb', VMDK: 'KDMV', VHDX: 'vhdxfile' })) {
    const bent = tar(Buffer.alloc(1024));
    bent.write(begin, 0, 'latin1');
    withTarSum(bent);
    yield { name: `a tar whose first name is ${name}`, bytes: bent };
  }
  const { bytes: gpt } = bases.find(({ name }) => name === 'raw gpt') as Base;
  for (const { name, bytes } of bases) {
    // A partition table in the first sector of what is something else.
    const bent = Buffer.from(bytes);
    if (bent.length < 1024) continue;
    gpt.copy(bent, 440, 440, 512);
    yield { name: `${name} with the MBR of another disk`, bytes: bent };
  }
};
