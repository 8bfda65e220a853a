import { useSpeechWith } from '../words/language.tsx';
import { operationsWords } from '../words/operations.ts';
import type { WordKey as FirstKey } from '../words/words.ts';

export type WordKey = FirstKey | keyof typeof operationsWords;

export function useSpeech() {
  return useSpeechWith(operationsWords);
}
