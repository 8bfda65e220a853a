import { expect, test } from 'vitest';
import { linesIn, makeGuestfish } from './guestfish-answers.ts';
import { hasComplaint } from './guestfish-complaints.ts';

test.each([
  ['libguestfs: error: no such file\n', true],
  ['*stdin*:12: libguestfs: error: no such file\n', true],
  ['some\nmore\n*stdin*:3: libguestfs: error: x', true],
  ['a file that says libguestfs: error: in a line\n', false],
  ['x*stdin*:3: libguestfs: error: y\n', false],
  ['', false],
])('%j is a complaint: %j', async (answer, complains) => {
  expect(hasComplaint(Buffer.from(answer))).toBe(complains);
  const guestfish = makeGuestfish(async () => Buffer.from(answer));
  expect((await guestfish.bytes('cat', '/x')) === undefined).toBe(complains);
});

test.each([
  ['case_sensitive_path: boot: not found', undefined],
  ['case_sensitive_path: chdir: file: Not a directory', undefined],
  ['statns: /x: No such file or directory', undefined],
  ['readlink: readlink: /x: Invalid argument', undefined],
  ['ls0: opendir: /x: Input/output error', 'file'],
  ['cat: open: /x: Structure needs cleaning', 'file'],
  ['command: tar: not found', 'file'],
])('of a path, "%s" says that nothing is there, or why it is not seen: %s', async (complaint, unseen) => {
  const guestfish = makeGuestfish(async () => Buffer.from(`*stdin*:7: libguestfs: error: ${complaint}\n`));
  const asked = guestfish.about('case-sensitive-path', '/x');
  if (unseen) await expect(asked).rejects.toMatchObject({ why: { reason: unseen, what: '/x' } });
  else expect(await asked).toBeUndefined();
});

test('lines without the empty ones, and no more than can be kept', () => {
  expect(linesIn(Buffer.from('\n\neins\nzwei ä\n\n\0drei'))).toEqual(['eins', 'zwei ä', '\0drei']);
  expect(linesIn(Buffer.alloc(32 * 1024 ** 2, '\n'))).toEqual([]);
  expect(() => linesIn(Buffer.alloc(5_000_000, 'a\n'))).toThrow('too much');
});
