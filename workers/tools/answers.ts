/** What a driven tool has printed and nobody has taken yet: answers, each followed by a marker in a line of its own. */
export type Answers = {
  push(chunk: string): void;
  /** The text before the marker, once it is there; `too-long` when it was more than may be kept. */
  take(marker: string): string | 'too-long' | undefined;
  /** What is left, for an error message. */
  rest(): string;
};

/** No marker is longer. */
const tail = 256;

/** @param most characters of one answer; what exceeds them is forgotten, so that a guest cannot fill the memory */
export const createAnswers = (most: number): Answers => {
  let buffered = '';
  let forgotten = false;
  return {
    push: (chunk) => {
      buffered += chunk;
      if (buffered.length <= most) return;
      buffered = buffered.slice(-tail);
      forgotten = true;
    },
    take: (marker) => {
      const at = buffered.indexOf(`${marker}\n`);
      if (at < 0) return undefined;
      const answer = forgotten ? 'too-long' : buffered.slice(0, at);
      buffered = buffered.slice(at + marker.length + 1);
      forgotten = false;
      return answer;
    },
    rest: () => buffered,
  };
};
