import { expect, test } from 'vitest';
import { createAnswers } from './answers.ts';

test('answers come whole, one after the other, however they were cut on the way', () => {
  const answers = createAnswers(1000);
  answers.push('one\n=en');
  expect(answers.take('=end-1=')).toBeUndefined();
  answers.push('d-1=\ntwo\n=end-2=\nthree');
  expect(answers.take('=end-1=')).toBe('one\n');
  expect(answers.take('=end-2=')).toBe('two\n');
  expect(answers.take('=end-3=')).toBeUndefined();
  expect(answers.rest()).toBe('three');
});

test('an answer that is too long is told as such, and the next one is whole again', () => {
  const answers = createAnswers(1000);
  for (let at = 0; at < 100; at++) answers.push('x'.repeat(500));
  expect(answers.rest().length).toBeLessThanOrEqual(1000);
  answers.push('\n=end-1=\n');
  expect(answers.take('=end-1=')).toBe('too-long');
  answers.push('two\n=end-2=\n');
  expect(answers.take('=end-2=')).toBe('two\n');
});
