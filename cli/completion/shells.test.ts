import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { scripts } from './scripts.ts';

/** The scripts in the shells that they are for; `bootready` only tells the words that it was asked with, and says what there is. */

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'completion-'));
  const fake = join(dir, 'bootready');
  writeFileSync(
    fake,
    `#!/bin/sh
for word in "$@"; do printf '[%s]' "$word"; done >> '${dir}/asked'
case "$*" in *upload*) echo files;; *) printf 'words\\nDebian 12 $(id)\\tactive: a1\\nDebian:13\\tqueued\\n';; esac
`,
  );
  chmodSync(fake, 0o755);
});
afterAll(() => rmSync(dir, { recursive: true }));

function run(shell: string, args: string[], input: string): string {
  return execFileSync(shell, args, {
    input,
    encoding: 'utf8',
    env: { PATH: `${dir}:${process.env.PATH}`, HOME: dir, TERM: 'dumb', LC_ALL: 'C.UTF-8' },
  });
}
function asked(): string {
  return execFileSync('sh', ['-c', `cat '${dir}/asked'; : > '${dir}/asked'`], { encoding: 'utf8' });
}

test('bash: words without their quotes are asked for, names come back quoted', () => {
  const out = run(
    'bash',
    ['--norc', '--noprofile'],
    `${scripts.bash}
COMP_WORDS=(bootready show 'Debian\\ 1') COMP_CWORD=2
_bootready
printf '%s|' "\${COMPREPLY[@]}"
`,
  );
  expect(asked()).toBe('[complete][--][show][Debian 1]');
  expect(out).toBe('Debian\\ 12\\ \\$\\(id\\)|Debian:13|');
});

test('zsh: names come with their descriptions', () => {
  const out = run(
    'zsh',
    ['-f'],
    `compdef() { :; }
_describe() { print -rl -- "\${(@P)argv[-1]}"; }
_files() { print files; }
${scripts.zsh}
words=(bootready show 'Debian\\ 1') CURRENT=3
_bootready
words=(bootready upload x) CURRENT=3
_bootready
`,
  );
  expect(asked()).toBe('[complete][--][show][Debian 1][complete][--][upload][x]');
  expect(out).toBe('Debian 12 $(id):active: a1\nDebian\\:13:queued\nfiles\n');
});

test('fish: its own completion offers them', () => {
  const out = run('fish', ['--no-config', '-c', `${scripts.fish}\ncomplete -C 'bootready show Debian\\\\ 1'`], '');
  expect(asked()).toBe('[complete][--][show][Debian 1]');
  expect(out).toBe('Debian 12 $(id)\tactive: a1\n');
});
