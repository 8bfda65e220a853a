import { operationsWords } from './operations.ts';
import type { Words } from './text.ts';
import { webhookWords } from './webhooks.ts';
import { words } from './words.ts';

/** Those of all pages, for tests: no page loads them together. */
export const allWords = { ...words, ...operationsWords, ...webhookWords } as const satisfies Words;
