import { Command } from 'commander';
import { expect, test } from 'vitest';
import { addClientCommands } from '../client/commands.ts';
import { addOperateCommands } from '../operate/commands.ts';
import { findWanted } from './candidates.ts';
import { addCompletionCommands } from './commands.ts';

const program = new Command('bootready').option('--json', 'print JSON');
addClientCommands(program);
addOperateCommands(program);
addCompletionCommands(program);

function valuesAt(...words: string[]): string[] | string {
  const wanted = findWanted(program, words);
  return wanted.kind === 'words' ? wanted.words.map(({ value }) => value) : wanted.kind;
}

test('commands come first, those that nobody types left out', () => {
  const commands = valuesAt('');
  expect(commands).toEqual(expect.arrayContaining(['upload', 'set', 'share', 'doctor', 'completion']));
  expect(commands).not.toContain('complete');
});

test.each([
  ['a group', ['provenance', ''], ['show', 'keys', 'help']],
  ['the values of an option', ['retry', 'x', '--format', ''], ['raw', 'qcow2', 'keep']],
  ['the values of an argument', ['completion', ''], ['bash', 'zsh', 'fish']],
  ['a file of an option', ['download', 'x', '-o', ''], 'file'],
  ['a file', ['upload', 'a.raw', 'b'], 'file'],
  ['an image', ['show', 'Deb'], 'image'],
  ['an image that is shared', ['accept', ''], 'shared-image'],
  ['an image after options', ['--json', 'set', '--min-ram', '5', ''], 'image'],
  ['free text of an option', ['upload', '--name', ''], 'nothing'],
  ['free text', ['rename', 'x', ''], 'nothing'],
  ['a project', ['share', 'x', ''], 'nothing'],
  ['nothing after the last argument', ['show', 'x', ''], 'nothing'],
  ['an operand that begins like an option', ['show', '--', '-x'], 'image'],
])('%s', (_what, words, expected) => {
  expect(valuesAt(...words)).toEqual(expected);
});

test('options are those of the command and of all above it', () => {
  expect(valuesAt('set', '--')).toEqual(expect.arrayContaining(['--min-ram', '--property', '--json', '--help']));
  expect(valuesAt('show', '--')).not.toContain('--min-ram');
});
