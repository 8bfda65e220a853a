import { type Format, refusal } from './format.ts';

/**
 * Formats that are named in order to be refused: no safe reader, or nothing that could boot. Whatever QEMU's probes would find in a file
 * (bdrv_probe in block/*.c) is a format here, so that a raw disk or an ISO that is one of them as well is refused.
 */
function refuseFormat(name: Format['name'], label: string, magic: Buffer, code: string): Format {
  return {
    name,
    matches: (head) => head.subarray(0, magic.length).equals(magic),
    inspect: () => Promise.resolve(refusal(code, { format: label })),
  };
}
function ascii(text: string): Buffer {
  return Buffer.from(text, 'latin1');
}

export const qed = refuseFormat('qed', 'QED', ascii('QED\0'), 'unsupported-format');
export const cowd = refuseFormat('cowd', 'VMware COWD', ascii('COWD'), 'unsupported-format');
/** Source: QEMU block/vmdk.c, SESPARSE_CONST_HEADER_MAGIC, little-endian. */
export const sesparse = refuseFormat(
  'sesparse',
  'VMware SESparse',
  Buffer.from([0xbe, 0xba, 0xfe, 0xca, 0, 0, 0, 0]),
  'unsupported-format',
);
export const luks = refuseFormat('luks', 'LUKS', ascii('LUKS\xba\xbe'), 'encrypted');
/** Source: QEMU block/bochs.c. */
export const bochs = refuseFormat('bochs', 'Bochs', ascii('Bochs Virtual HD Image'), 'unsupported-format');
/** A compressed filesystem whose first line is a shell script. Source: QEMU block/cloop.c. */
export const cloop = refuseFormat('cloop', 'cloop', ascii('#!/bin/sh\n#V2.0 Format'), 'unsupported-format');
/** Apple's UDIF: a trailer of 512 bytes. Source: QEMU block/dmg.c, which also checks the file's name. */
export const dmg: Format = {
  ...refuseFormat('dmg', 'Apple DMG', ascii('koly'), 'unsupported-format'),
  matches: (_head, tail) => tail.subarray(0, 4).equals(ascii('koly')),
};
