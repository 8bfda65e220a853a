import fc from 'fast-check';
import { expect, test } from 'vitest';
import { describeUpload } from './metadata.ts';
import { metadataText } from './metadata-text.ts';

test('reads what a snapshot says of itself, and reports and skips values that make no sense', () => {
  const id = crypto.randomUUID();
  const words = {
    'image-type': 'snapshot',
    'snapshot-kind': 'backup',
    'base-image-ref': id,
    'instance-uuid': 'server-1',
  };
  const { properties, notes } = describeUpload('demo/server.raw', words);
  expect(properties).toEqual({ image_type: 'snapshot', snapshot_kind: 'backup', base_image_ref: id });
  expect(notes).toEqual(['x-amz-meta-instance-uuid is not understood and was left out']);
  expect(describeUpload('k', { 'image-type': 'snapshot', 'snapshot-kind': 'copy' }).properties).toEqual({
    image_type: 'snapshot',
    snapshot_kind: 'template',
  });
  // Its other words mean nothing without the first one.
  expect(describeUpload('k', { 'snapshot-kind': 'backup' })).toMatchObject({ properties: {}, notes: [] });
  const poster = describeUpload('k', { 'image-type': 'poster' });
  expect([poster.properties, poster.notes]).toEqual([{}, ['x-amz-meta-image-type is not understood and was left out']]);
});

test.each([
  ['as it is', 'München'],
  ['percent-encoded', 'M%C3%BCnchen'],
  ['UTF-8 read as Latin-1', Buffer.from('München').toString('latin1')],
  ['a word of RFC 2047 in base64', '=?UTF-8?B?TcO8bmNoZW4=?='],
  ['a word of RFC 2047 in quoted-printable', '=?utf-8?q?M=C3=BCnchen?='],
  ['the same in Latin-1', '=?ISO-8859-1?Q?M=FCnchen?='],
  ['two words', '=?UTF-8?Q?M=C3=BCn?= =?UTF-8?Q?chen?='],
  ['two words, cut within a character', '=?UTF-8?B?TcM=?=\r\n =?UTF-8?B?vG5jaGVu?='],
  ['two words of different charsets', '=?UTF-8?Q?M=C3=BC?= =?ISO-8859-1?Q?nchen?='],
])('a name in metadata is read whichever way it came: %s', (_way, name) => {
  expect(describeUpload('k', { name })).toMatchObject({ name: 'München', notes: [] });
});

test('what only looks so stays as it is', () => {
  for (const name of [
    '100 %',
    '50%ff',
    'a =?x? b',
    '=?no-such-charset?B?eA==?=',
    '=?UTF-8?Q?=FC?=',
    'Debian 12',
    'M\u00fcnchen \u2713',
    'a\u00e9',
  ])
    expect(metadataText(name)).toBe(name);
  expect(metadataText('a =?UTF-8?Q?b_c?= d')).toBe('a b c d');
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void metadataText(text)));
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      const bytes = Buffer.from(text.toWellFormed());
      fc.pre(!/%[0-9a-f]{2}|=\?/i.test(text));
      expect(metadataText(`=?UTF-8?B?${bytes.toString('base64')}?=`)).toBe(bytes.toString());
    }),
  );
});
