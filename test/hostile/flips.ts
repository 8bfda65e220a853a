import { TooMuch } from '../../shared/checks/guest/unseen.ts';
import type { NamePart } from '../../shared/ports/foreign.ts';
import { makeRandom } from './formats/mutants.ts';
import { parsers } from './parsers.ts';

/** Sound bytes with some bits flipped, or their end cut off; `number` tells which. */
export function flipped(sound: Buffer, number: number): Buffer {
  const random = makeRandom(number);
  const bytes = Buffer.from(sound);
  for (let count = random.of([1, 1, 4, 16]); count > 0; count--) {
    const at = random.below(random.chance(0.3) ? Math.min(bytes.length, 512) : bytes.length);
    bytes[at] = (bytes[at] ?? 0) ^ (1 << random.below(8));
  }
  return random.chance(0.15) ? bytes.subarray(0, random.below(bytes.length)) : bytes;
}

export type Flips = { parser: string; sound: Buffer; from: number; count: number };

/** Run as a task. @returns what the parser threw that it must not, with the number of the flip */
export async function parseFlipped(
  { parser, sound, from, count }: Flips,
  _helpers: object,
  part: NamePart,
): Promise<string[]> {
  const thrown: string[] = [];
  for (let number = from; number < from + count; number++) {
    part(String(number));
    try {
      await parsers[parser]?.parse(flipped(sound, number));
    } catch (error) {
      if (!(error instanceof TooMuch)) thrown.push(`${number}: ${String(error)}`);
    }
  }
  return thrown;
}
