import { describe, expect, test } from 'vitest';
import { leadsElsewhere, readEnvelope, readManifest } from './ovf.ts';

function envelope(...inside: string[]): string {
  return `<?xml version="1.0"?>\n<Envelope>${inside.join('\n')}</Envelope>`;
}
function hrefs(xml: string): string[] {
  const found = readEnvelope(xml);
  return Array.isArray(found) ? found.map(({ href }) => href) : [String(found)];
}

describe('which files an envelope lists', () => {
  test.each<[string, string, string[]]>([
    ['in double quotes and in single ones', `<File href="a'b"/><File href='c"d'/>`, ["a'b", 'c"d']],
    ['with prefixes', `<ovf:File ovf:href="a"/>`, ['a']],
    ['with blanks around the sign', `<File\n  id="x"\thref \n${' '.repeat(100)}=\r\n"a" />`, ['a']],
    ['behind a bracket in quotes', `<Info text="a > b" more='>'/><File id=">" href="a"/>`, ['a']],
    ['behind a bracket in single quotes', `<File id='>' href="a"/>`, ['a']],
    ['behind a very long element', `<Info text="${'x'.repeat(100_000)}"/><File href="a"/>`, ['a']],
    ['with an element in it', `<File href="a"><Info/></File>`, ['a']],
    ['not in a comment', `<!-- > <File href="a"/> --><File href="b"/>`, ['b']],
    ['not in one that seems to end at once', `<!--> <File href="a"/> --><File href="b"/>`, ['b']],
    ['not in text that is marked as such', `<![CDATA[ > <File href="a"/> ]]><File href="b"/>`, ['b']],
    ['not in an instruction', `<?x > <File href="a"/> ?><File href="b"/>`, ['b']],
    ['not behind a comment without an end', `<File href="a"/><!-- <File href="b"/>`, ['a']],
    ['not other elements with such a name', `<Link href="a"/><Files href="b"/><XFile href="c"/>`, []],
    ['not one without a name', `<File id="a"/><File href=""/>`, []],
    ['not a value without quotes, nor one behind it', `<File id="f" x=1 href="a"/><File href/><File/>`, []],
    ['not a name that is cut off', `<File href="a"/><File href="b`, ['a']],
    ['even cut off', `<File href="a"/><File href="b"`, ['a', 'b']],
    ['both of two with one id', `<File id="f" href="a"/><File id="f" href="b"/>`, ['a', 'b']],
    ['both of two names for one', `<File x:href="a" ovf:href="b"/>`, ['a', 'b']],
  ])('%s', (_what, inside, expected) => {
    expect(hrefs(envelope(inside))).toEqual(expected);
  });

  test.each<[string, string]>([
    ['a&amp;b&lt;c&gt;d&quot;e&apos;f', `a&b<c>d"e'f`],
    ['&#47;etc&#x2f;passw&#00100;', '/etc/passwd'],
    ['&#x10FFFF;&#x110000;', '\u{10ffff}&#x110000;'],
    ['&unknown;&amp;lt;', '&unknown;&lt;'],
    ['a%20b%2Fc', 'a b/c'],
    ['100%', '100%'],
    ['././100%', '100%'],
    ['.%2F./a./b', 'a./b'],
  ])('the name %s is %s', (written, name) => {
    expect(hrefs(envelope(`<File href="${written}"/>`))).toEqual([name]);
  });

  test('the size of its chunks, where that is a number', () => {
    const sizes = ['7', '999999999999999', '0', '07', 'x7', '7x', '1e3', ''].map(
      (size) => readEnvelope(envelope(`<File href="a" ovf:chunkSize="${size}"/>`))?.[0],
    );
    expect(sizes.map((file) => (typeof file === 'object' ? file.chunkSize : file))).toEqual([
      7,
      999_999_999_999_999,
      ...Array(6).fill(undefined),
    ]);
  });
});

describe('which of them are disks', () => {
  test.each<[string, string, boolean]>([
    ['one that a disk refers to', '<File id="f" href="a"/><Disk fileRef="f"/>', true],
    ['in any order', '<Disk ovf:fileRef="f"/><File ovf:id="f" href="a"/>', true],
    ['one with two ids, of which one is referred to', '<File x:id="e" id="f" href="a"/><Disk fileRef="e"/>', true],
    ['not one that nothing refers to', '<File id="f" href="a"/><Disk fileRef="g"/>', false],
    ['not one without an id', '<File href="a"/><Disk/><Disk capacity="8"/>', false],
    ['not one that something else refers to', '<File id="f" href="a"/><Icon fileRef="f"/>', false],
  ])('%s', (_what, inside, isDisk) => {
    expect(readEnvelope(envelope(inside))).toMatchObject([{ href: 'a', isDisk }]);
  });
});

describe('what is no envelope', () => {
  test.each<[string, string]>([
    ['another root', '<Machine><Envelope><File href="a"/></Envelope></Machine>'],
    ['a name that only begins so', '<Envelopes><File href="a"/></Envelopes>'],
    ['a web page', '<!DOCTYPE html><html>Envelope <Envelopes/></html>'],
    ['an end without a beginning', '</Envelope><Envelope/>'],
    ['a bracket in text', 'a < b'],
  ])('%s', (_what, xml) => {
    expect(readEnvelope(xml)).toBeUndefined();
  });

  test('one with a DTD is not read: it may say anything', () => {
    const dtd = `<!DOCTYPE x [<!-- it's --> <!ENTITY f "<Other/>"> ]>`;
    for (const root of ['<Envelope><File href="&f;"/></Envelope>', '<ovf:Envelope/>']) {
      expect(readEnvelope(`<?xml version="1.0"?>${dtd}${root}`)).toBe('doctype');
    }
    expect(readEnvelope(`<!-- <!DOCTYPE x> --><Envelope/>`)).toEqual([]);
  });
});

test.each<[string, boolean]>([
  ['disk.vmdk', false],
  ['disks/a..b/disk.vmdk', false],
  ['...', false],
  ['my disk:1.vmdk', false],
  ['.vmdk:a', false],
  ['/etc/passwd', true],
  ['\\\\host\\share', true],
  ['file:///etc/passwd', true],
  ['HTTP://host/disk', true],
  ['nbd+unix:a', true],
  ['c:disk', true],
  ['..', true],
  ['../disk', true],
  ['disks/..', true],
  ['disks/../../a', true],
  ['disks\\..\\a', true],
])('the name %s leads elsewhere: %s', (href, elsewhere) => {
  expect(leadsElsewhere(href)).toBe(elsewhere);
});

describe('a manifest', () => {
  const sum = '0123456789abcdefABCDEF0123456789abcdef01';
  test.each<[string, string, string | undefined]>([
    ['as ovftool writes it', `SHA1(a)= ${sum}`, 'sha1'],
    ['as OpenSSL writes it', `SHA256 (a) = ${sum}`, 'sha256'],
    ['without blanks', `SHA512(a)=${sum}`, 'sha512'],
    ['with a return and blanks behind', `SHA1(a)= ${sum} \t\r`, 'sha1'],
    ['of another algorithm', `MD5(a)= ${sum}`, undefined],
    ['with something before', `xSHA1(a)= ${sum}`, undefined],
    ['with something behind', `SHA1(a)= ${sum} x`, undefined],
    ['too short', `SHA1(a)= ${sum.slice(1)}`, undefined],
    ['no number', `SHA1(a)= ${sum.slice(1)}g`, undefined],
  ])('%s', (_what, line, algorithm) => {
    const digests = readManifest(`SHA1(b)= ${sum}\n${line}\nSHA1(c)= ${sum}\n`);
    expect([...digests.keys()]).toEqual(algorithm ? ['b', 'a', 'c'] : ['b', 'c']);
    expect(digests.get('a')).toEqual(algorithm && { algorithm, hex: sum.toLowerCase() });
  });

  test('the name may have brackets', () => {
    expect([...readManifest(`SHA1(disk (1).vmdk)= ${sum}`).keys()]).toEqual(['disk (1).vmdk']);
  });
});
