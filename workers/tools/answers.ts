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
 * Checks each byte once, however many pieces an answer has. @param most bytes of one answer; bytes beyond that are dropped, so a guest cannot fill the memory
 */
export function createAnswers(most: number): Answers {
  /** Without a marker in them. */
  let searched: Buffer[] = [];
  let searchedBytes = 0;
  let fresh: Buffer = Buffer.alloc(0);
  let forgotten = false;
  const setAside = (bytes: Buffer): void => {
    searched.push(bytes);
    searchedBytes += bytes.length;
  };
  const clear = (): void => {
    searched = [];
    searchedBytes = 0;
  };
  return {
    push: (chunk) => {
      fresh = Buffer.concat([fresh, chunk]);
      if (searchedBytes + fresh.length <= most) return;
      clear();
      fresh = fresh.subarray(-tail);
      forgotten = true;
    },
    take: (marker) => {
      const end = Buffer.from(`${marker}\n`);
      const at = fresh.indexOf(end);
      if (at < 0) {
        const keep = Math.max(0, fresh.length - end.length + 1);
        if (keep > 0) setAside(fresh.subarray(0, keep));
        fresh = fresh.subarray(keep);
        return undefined;
      }
      setAside(fresh.subarray(0, at));
      const answer = forgotten ? 'too-long' : Buffer.concat(searched);
      clear();
      fresh = fresh.subarray(at + end.length);
      forgotten = false;
      return answer;
    },
    rest: () =>
      Buffer.concat([...searched, fresh])
        .subarray(-4000)
        .toString('latin1'),
  };
}
