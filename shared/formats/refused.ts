import { type Format, refusal } from './format.ts';

/** Formats that are named in order to be refused: no safe reader, or nothing that could boot. */
const refused = (name: Format['name'], label: string, magic: Buffer, code: string): Format => ({
  name,
  matches: (head) => head.subarray(0, magic.length).equals(magic),
  inspect: () => Promise.resolve(refusal(code, { format: label })),
});

export const qed = refused('qed', 'QED', Buffer.from('QED\0', 'latin1'), 'unsupported-format');
export const cowd = refused('cowd', 'VMware COWD', Buffer.from('COWD', 'latin1'), 'unsupported-format');
/** Source: QEMU block/vmdk.c, SESPARSE_CONST_HEADER_MAGIC, little-endian. */
export const sesparse = refused(
  'sesparse',
  'VMware SESparse',
  Buffer.from([0xbe, 0xba, 0xfe, 0xca, 0, 0, 0, 0]),
  'unsupported-format',
);
export const luks = refused('luks', 'LUKS', Buffer.from('LUKS\xba\xbe', 'latin1'), 'encrypted');
