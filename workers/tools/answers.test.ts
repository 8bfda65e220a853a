import { expect, test } from 'vitest';
import { createAnswers } from './answers.ts';

function bytes(text: string): Buffer {
  return Buffer.from(text, 'latin1');
}

test('answers come whole, one after the other, however they were cut on the way', () => {
  const answers = createAnswers(1000);
  answers.push(bytes('one\n=en'));
  expect(answers.take('=end-1=')).toBeUndefined();
  answers.push(bytes('d-1=\ntwo\n=end-2=\nthree'));
  expect(answers.take('=end-1=')).toEqual(bytes('one\n'));
  expect(answers.take('=end-2=')).toEqual(bytes('two\n'));
  expect(answers.take('=end-3=')).toBeUndefined();
  expect(answers.rest()).toBe('three');
});

test('one byte at a time', () => {
  const answers = createAnswers(1000);
  const taken: unknown[] = [];
  for (const byte of bytes('\0\xff=end\n=end-1=\n')) {
    answers.push(Buffer.of(byte));
    taken.push(answers.take('=end-1='));
  }
  expect(taken.filter((each) => each !== undefined)).toEqual([bytes('\0\xff=end\n')]);
});

test('an answer that is too long is told as such, and the next one is whole again', () => {
  const answers = createAnswers(1000);
  for (let at = 0; at < 100; at++) {
    answers.push(bytes('x'.repeat(500)));
    if (at % 3 === 0) answers.take('=end-1=');
  }
  expect(answers.rest().length).toBeLessThanOrEqual(1000);
  answers.push(bytes('\n=end-1=\n'));
  expect(answers.take('=end-1=')).toBe('too-long');
  answers.push(bytes('two\n=end-2=\n'));
  expect(answers.take('=end-2=')).toEqual(bytes('two\n'));
});

test('output that nobody asks for is not copied again with each piece', () => {
  const most = 32 * 1024 ** 2;
  const answers = createAnswers(most);
  const piece = Buffer.alloc(4096, 'x');
  const begun = performance.now();
  // A tool that floods between two questions: 64 MiB. Copied with each piece, this took minutes.
  for (let sent = 0; sent < 2 * most; sent += piece.length) answers.push(piece);
  expect(performance.now() - begun).toBeLessThan(2000);
  answers.push(bytes('\n=end-1=\n'));
  expect(answers.take('=end-1=')).toBe('too-long');
});
