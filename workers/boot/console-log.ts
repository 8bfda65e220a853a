const KiB = 1024;

/** The beginning and the end of what a guest writes to its console, which may write without end. */
export type ConsoleLog = {
  write(text: string): void;
  /** The newest part: enough to hold what a system says from its kernel's first line to its login prompt. */
  recent(): string;
  /** Beginning and end, with a note about the part between them. */
  whole(): string;
};

export function consoleLog(limits = { head: 256 * KiB, tail: 256 * KiB }): ConsoleLog {
  let head = '';
  let tail = '';
  let dropped = 0;
  return {
    write: (text) => {
      const room = limits.head - head.length;
      if (room > 0) head += text.slice(0, room);
      tail += text.slice(Math.max(0, room));
      if (tail.length <= limits.tail) return;
      dropped += tail.length - limits.tail;
      tail = tail.slice(-limits.tail);
    },
    recent: () => (head + tail).slice(-64 * KiB),
    whole: () => (dropped > 0 ? `${head}\n[... ${dropped} characters left out ...]\n${tail}` : head + tail),
  };
}
