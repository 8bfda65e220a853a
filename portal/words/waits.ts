import type { WaitsFor } from '../../shared/contracts/run.ts';
import type { WordKey } from './words.ts';

export const waitWords: Record<WaitsFor, WordKey> = { scratch: 'waitsForScratch', worker: 'waitsForWorker' };
