import type { SignedParts } from '../contracts/api.ts';

/** Signed at once; the API picks up to 1000. */
const batch = 100;
/** They are good for an hour; the time is our own clock's, which need not agree with the server's. */
const goodForMs = 50 * 60_000;

/** Presigned URLs, requested in batches for the next parts. Each is used once: a new attempt gets a new URL. */
export function createPartUrls(
  api: { signParts(imageId: string, partNumbers: number[]): Promise<SignedParts> },
  imageId: string,
  partNumbers: readonly number[],
  now: () => number = () => performance.now(),
) {
  const kept = new Map<number, { url: string; until: number }>();
  let asking: Promise<void> = Promise.resolve();

  const take = (partNumber: number): string | undefined => {
    const found = kept.get(partNumber);
    kept.delete(partNumber);
    return found && found.until > now() ? found.url : undefined;
  };

  const sign = async (partNumber: number): Promise<void> => {
    if ((kept.get(partNumber)?.until ?? 0) > now()) return;
    const from = partNumbers.indexOf(partNumber);
    const wanted = partNumbers.slice(from, from + batch);
    const until = now() + goodForMs;
    const { parts } = await api.signParts(imageId, wanted);
    for (const part of parts) kept.set(part.partNumber, { url: part.url, until });
  };

  return {
    of: async (partNumber: number): Promise<string> => {
      const there = take(partNumber);
      if (there) return there;
      // One after the other: the next lane finds its URL in the batch that this one asks for.
      const mine = asking.then(() => sign(partNumber));
      asking = mine.catch(() => undefined);
      await mine;
      const url = take(partNumber);
      if (!url) throw new Error(`no URL for part ${partNumber}`);
      return url;
    },
  };
}
