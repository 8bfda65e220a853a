import { withTarSum } from '../readings.ts';
import type { Base } from './base-images.ts';

/** Archives made header by header: every kind of member, every way to write its name and size. Source: POSIX.1-2017 pax, ustar; GNU tar manual. */

type Header = {
  name?: string;
  size?: number | Buffer | string;
  type?: string;
  prefix?: string;
  magic?: string;
  sum?: string;
  link?: string;
};

function header({
  name = 'disk.img',
  size = 0,
  type = '0',
  prefix = '',
  magic = 'ustar\0',
  sum,
  link = '',
}: Header): Buffer {
  const bytes = Buffer.alloc(512);
  bytes.write(name, 0, 100, 'latin1');
  bytes.write('0000644\0', 100);
  if (Buffer.isBuffer(size)) size.copy(bytes, 124);
  else bytes.write(typeof size === 'string' ? size : `${size.toString(8).padStart(11, '0')}\0`, 124, 12, 'latin1');
  bytes.write(type, 156, 'latin1');
  bytes.write(link, 157, 'latin1');
  bytes.write(magic, 257, 'latin1');
  bytes.write(prefix, 345, 'latin1');
  withTarSum(bytes);
  if (sum !== undefined) bytes.write(sum, 148, 8, 'latin1');
  return bytes;
}

function padded(body: Buffer): Buffer {
  return Buffer.concat([body, Buffer.alloc((512 - (body.length % 512)) % 512)]);
}
export function member(more: Header, body: Buffer | string = ''): Buffer {
  const bytes = Buffer.from(body as string);
  return Buffer.concat([header({ size: bytes.length, ...more }), padded(bytes)]);
}
const end = Buffer.alloc(1024);
export function archive(...members: Buffer[]): Buffer {
  return Buffer.concat([...members, end]);
}
/** Of an extended header. */
export function paxRecord(text: string): string {
  for (let length = text.length + 3; ; length++)
    if (`${length} ${text}\n`.length === length) return `${length} ${text}\n`;
}
/** GNU's old form: real size at 483, and a map that goes on in blocks behind the header (482, and 504 of each). */
export function oldSparse(body: Buffer, blocks: number): Buffer {
  const first = header({ type: 'S', size: body.length, magic: 'ustar  \0' });
  first[482] = 1;
  first.write('00010000000\0', 483, 'latin1');
  withTarSum(first);
  const more = Array.from({ length: blocks }, (_, index) => {
    const bytes = Buffer.alloc(512);
    bytes[504] = index < blocks - 1 ? 1 : 0;
    return bytes;
  });
  return Buffer.concat([first, ...more, padded(body)]);
}
function base256(value: number): Buffer {
  const bytes = Buffer.alloc(12);
  bytes[0] = 0x80;
  bytes.writeUIntBE(value, 6, 6);
  return bytes;
}

export const archives = function* (bases: readonly Base[]): Generator<{ name: string; bytes: Buffer }> {
  const of = (name: string): Buffer => (bases.find((base) => base.name === name) as Base).bytes;
  const disk = of('qcow2');
  const image = (more: Header = {}): Buffer => member(more, disk);
  const ovf = member({ name: 'machine.ovf' }, '<Envelope/>');
  const one = (name: string, ...members: Buffer[]) => ({ name, bytes: archive(...members) });

  yield one('one disk', image());
  yield one('a descriptor and a disk', ovf, image());
  for (let code = 0x30; code <= 0x78; code++) {
    const type = String.fromCharCode(code);
    if (/[0-9A-Zagx]/.test(type)) yield one(`type ${type}`, image({ type }));
  }
  yield one('type NUL', image({ type: '\0' }));
  yield one('a folder with a size, then a disk', member({ name: 'folder/', type: '5', size: 512 }), image());
  yield one(
    'a link with a size, then a disk',
    member({ name: 'link', type: '2', link: '/etc/passwd', size: 512 }),
    image(),
  );
  yield one('only a link', member({ name: 'disk.img', type: '2', link: '/etc/passwd' }));
  yield one('a hard link', member({ name: 'disk.img', type: '1', link: 'x' }));

  const length = disk.length.toString(8);
  for (const size of [
    `${length} `,
    ` ${length}`,
    `${length}\0`,
    length.padStart(12, '0'),
    '9',
    'x',
    '-1',
    '',
    '0',
    '1e3',
    `0x${disk.length.toString(16)}`,
  ]) {
    yield { name: `size ${JSON.stringify(size)}`, bytes: archive(Buffer.concat([header({ size }), padded(disk)])) };
  }
  for (const size of [disk.length, disk.length + 512, disk.length + 2048, 2 ** 40]) {
    yield {
      name: `base-256 size ${size < 2 ** 30 ? `+${size - disk.length}` : size}`,
      bytes: archive(Buffer.concat([header({ size: base256(size) }), padded(disk)])),
    };
  }
  yield {
    name: 'base-256 size, all ones',
    bytes: archive(Buffer.concat([header({ size: Buffer.alloc(12, 0xff) }), padded(disk)])),
  };
  yield { name: 'not ended', bytes: image() };
  yield { name: 'half a header at the end', bytes: Buffer.concat([image(), Buffer.alloc(511, 1)]) };
  yield { name: 'a header of rubbish behind the disk', bytes: Buffer.concat([image(), Buffer.alloc(512, 1)]) };
  yield {
    name: 'wrong sum of the second',
    bytes: archive(ovf, Buffer.concat([header({ size: disk.length, sum: '0000001\0' }), padded(disk)])),
  };
  yield {
    name: 'a sum without digits',
    bytes: archive(ovf, Buffer.concat([header({ size: disk.length, sum: 'xxxxxxx\0' }), padded(disk)])),
  };
  yield { name: 'another magic', bytes: archive(image({ magic: 'vstar\0' })) };
  yield { name: 'GNU magic', bytes: archive(image({ magic: 'ustar  \0' })) };
  yield { name: 'no magic in the second', bytes: archive(ovf, image({ magic: '' })) };

  yield one('a prefix', image({ prefix: 'some/folder' }));
  yield one('a name with control characters', image({ name: 'a\x1b[2Jb' }));
  yield one('a name of 100 bytes', image({ name: 'n'.repeat(100), prefix: 'p'.repeat(150) }));
  yield one('a long name', member({ name: '././@LongLink', type: 'L' }, `${'long/'.repeat(30)}name\0`), image());
  yield one(
    'a long name, and the next is short again',
    member({ type: 'L' }, 'first.ovf\0'),
    member({ name: 'x' }, '<Envelope/>'),
    image(),
  );
  yield one('a long name that is too long', member({ type: 'L' }, Buffer.alloc(65_537, 'n')), image());
  yield one('a long name as long as it may be', member({ type: 'L' }, Buffer.alloc(65_536, 'n')), image());
  yield one('pax: path', member({ type: 'x' }, paxRecord('path=other.qcow2')), image());
  yield one('pax: empty path', member({ type: 'x' }, paxRecord('path=')), image());
  yield one(
    'pax: size',
    member({ type: 'x' }, paxRecord(`size=${disk.length}`)),
    Buffer.concat([header({ size: 0 }), padded(disk)]),
  );
  yield one('pax: size that is no number', member({ type: 'x' }, paxRecord('size=x1')), image());
  yield one('pax: size too long to be one', member({ type: 'x' }, paxRecord('size=1234567890123456')), image());
  yield one('pax: size beyond the end', member({ type: 'x' }, paxRecord('size=123456789012345')), image());
  yield one(
    'pax: size, and not of the next',
    member({ type: 'x' }, paxRecord('size=512')),
    member({ name: 'a.ovf' }, Buffer.alloc(512, '<')),
    image(),
  );
  yield one(
    'pax: several records',
    member({ type: 'x' }, paxRecord('mtime=1') + paxRecord('path=b.img') + paxRecord('comment=c')),
    image(),
  );
  yield one('pax: for all', member({ type: 'g' }, paxRecord('path=g.img')), image());
  for (const key of [
    'GNU.sparse.major',
    'GNU.sparse.map',
    'GNU.sparse.x',
    'SUN.holesdata',
    'GNU.sparsex',
    'XSUN.holesdata',
    'xGNU.sparse.map',
  ]) {
    yield one(`pax: ${key}`, member({ type: 'x' }, paxRecord(`${key}=1`)), image());
    yield one(`pax: ${key} of the one before`, member({ type: 'x' }, paxRecord(`${key}=1`)), ovf, image());
  }
  for (const size of ['realsize', 'size'].flatMap((key) =>
    ['0', '1048576', '9', 'x', '', '1e3', `${2 ** 41}`].map((value) => `${key}=${value}`),
  )) {
    yield one(`pax: GNU.sparse.${size}`, member({ type: 'x' }, paxRecord(`GNU.sparse.${size}`)), image());
    yield one(
      `pax: GNU.sparse.${size} of a text, then a disk`,
      member({ type: 'x' }, paxRecord(`GNU.sparse.${size}`)),
      ovf,
      image(),
    );
  }
  yield one(
    'pax: GNU.sparse.name',
    member({ type: 'x' }, paxRecord('GNU.sparse.name=real.raw') + paxRecord('GNU.sparse.size=4096')),
    image(),
  );
  yield one('type S, map goes on', oldSparse(disk, 1));
  yield one('type S, map goes on in two blocks', oldSparse(disk, 2), ovf);
  yield { name: 'type S, map goes on behind the end', bytes: oldSparse(disk, 1).subarray(0, 512) };
  yield one('pax: no records', member({ type: 'x' }, 'rubbish'), image());
  yield one('pax: a key of 201 bytes', member({ type: 'x' }, paxRecord(`GNU.sparse.${'k'.repeat(200)}=1`)), image());
  yield one('pax: length of 11 digits', member({ type: 'x' }, '12345678901 path=p.img\n'), image());
  yield one('pax: as long as it may be', member({ type: 'x' }, Buffer.alloc(1024 ** 2, '1')), image());
  yield one('pax: too long', member({ type: 'x' }, Buffer.alloc(1024 ** 2 + 1, '1')), image());
  yield one('pax: beyond the end', header({ type: 'x', size: 65_536 }));

  for (const base of [
    'raw gpt',
    'raw ext',
    'iso',
    'qcow2',
    'vmdk sparse',
    'vhd dynamic',
    'vhd fixed',
    'vhdx',
    'vdi',
    'parallels',
    'qed',
  ]) {
    yield one(`${base} as disk.img`, ovf, member({ name: 'disk.img' }, of(base)));
    yield one(`${base} as machine.xml beside a disk`, ovf, image(), member({ name: 'machine.xml' }, of(base)));
  }
  for (const name of [
    'a.ovf',
    'a.mf',
    'a.cert',
    'a.nvram',
    'a.xml',
    'a.txt',
    'a.md',
    'a.json',
    'a.pem',
    'a.sha1',
    'a.sha256',
    'a.md5',
    'A.OVF',
    'a.ovfx',
    'a.iso',
    'ovf',
    'a.sha',
    'a',
    'a.ovf/b',
  ]) {
    yield one(`text called ${name}`, member({ name }, 'nothing that anybody knows'), image());
  }
  for (const [name, bytes] of [
    ['AppleDouble', Buffer.from('00051607000200000000', 'hex')],
    ['AppleDouble cut short', Buffer.from('0005160700020000', 'hex')],
    ['.DS_Store', Buffer.from('00000001Bud1xxxx', 'latin1').subarray(4)],
    ['.DS_Store as it is', Buffer.concat([Buffer.from([0, 0, 0, 1]), Buffer.from('Bud1xxxx')])],
    ['gzip', Buffer.from('1f8b0800000000000003', 'hex')],
    ['a raw disk cut off', of('raw gpt').subarray(0, 4096)],
    ['nothing at all', Buffer.alloc(0)],
  ] as const) {
    yield one(`${name} beside a disk`, member({ name: '._disk' }, bytes), image());
    yield one(`${name} alone`, member({ name: 'disk' }, bytes));
  }
  yield one('two disks', image({ name: 'one' }), image({ name: 'two' }));
  yield one(
    'seven disks',
    ...Array.from({ length: 7 }, (_, index) => image({ name: `${'long name '.repeat(9)}${index}` })),
  );
  yield one('an ISO and a disk', member({ name: 'cd.iso' }, of('iso')), image());
  yield one('two ISOs', member({ name: 'a.iso' }, of('iso')), member({ name: 'b.iso' }, of('iso')));
  yield one('no member');
  const empty = Array.from({ length: 1001 }, (_, index) => member({ name: `${index}.txt` }));
  yield one('1,000 members', ...empty.slice(0, 999), image());
  yield one('1,001 members', ...empty.slice(0, 1000), image());
  yield one('1,002 members', ...empty, image());
  yield one('a tar in a tar', member({ name: 'inner.tar' }, archive(image())));
  yield one('a tar in a tar in a tar', member({ name: 'a.tar' }, archive(member({ name: 'b.tar' }, archive(image())))));
  yield one(
    'a tar in a tar in a tar in a tar',
    member({ name: 'a' }, archive(member({ name: 'b' }, archive(member({ name: 'c' }, archive(image())))))),
  );
  yield one('the member ends behind the end', Buffer.concat([header({ size: disk.length + 4096 }), padded(disk)]));
};
