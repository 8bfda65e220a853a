/** The output of a driven tool that nobody has read yet: answers, each followed by a marker on its own line. */
export type Answers = {
  push(chunk: Buffer): void;
  /** The output before the marker, once the marker has arrived; `too-long` if it was larger than the limit. */
  take(marker: string): Buffer | 'too-long' | undefined;
  /** The rest of the output, for an error message. */
  rest(): string;
};

/** No marker is longer. */
const tail = 256;

/**
 * Copies and checks each byte once, however many pieces an answer has. @param most bytes of one answer; bytes beyond that are dropped, so a guest cannot fill the memory
 */
export function createAnswers(most: number): Answers {
  /** Without a marker in them. */
  let searched: Buffer[] = [];
  /** In pieces as they came: joining them at each one would copy everything again and again while nobody asks. */
  let fresh: Buffer[] = [];
  let bytes = 0;
  let forgotten = false;
  const join = (): Buffer => {
    const whole = fresh.length === 1 ? (fresh[0] as Buffer) : Buffer.concat(fresh);
    fresh = [whole];
    return whole;
  };
  return {
    push: (chunk) => {
      fresh.push(chunk);
      bytes += chunk.length;
      if (bytes <= most) return;
      searched = [];
      // A copy, so that the tail does not keep the rest in memory.
      const kept = Buffer.from(join().subarray(-tail));
      fresh = [kept];
      bytes = kept.length;
      forgotten = true;
    },
    take: (marker) => {
      const end = Buffer.from(`${marker}\n`);
      const whole = join();
      const at = whole.indexOf(end);
      if (at < 0) {
        const keep = Math.max(0, whole.length - end.length + 1);
        if (keep > 0) searched.push(whole.subarray(0, keep));
        fresh = [whole.subarray(keep)];
        return undefined;
      }
      const answer = forgotten ? 'too-long' : Buffer.concat([...searched, whole.subarray(0, at)]);
      const rest = whole.subarray(at + end.length);
      searched = [];
      fresh = [rest];
      bytes = rest.length;
      forgotten = false;
      return answer;
    },
    rest: () =>
      Buffer.concat([...searched, ...fresh])
        .subarray(-4000)
        .toString('latin1'),
  };
}
