/** All that the owner of the appliance makes sense of itself: whether an answer is a complaint, in one pass over its bytes. */

/** One question to the appliance and all that it printed; undefined when that was too much. */
export type AskGuestfish = (command: string, args: readonly string[]) => Promise<Buffer | undefined>;

/** Whether a command did what it was to do, for who asks no more than that: its answer is looked through once, and not made sense of. */
export function askWhetherDone(asked: AskGuestfish) {
  return async (command: string, ...args: readonly string[]): Promise<boolean> => {
    const answer = await asked(command, args);
    return answer !== undefined && !hasComplaint(answer);
  };
}

const complaint = 'libguestfs: error: ';
/** guestfish prints the line of its input in front, if the input is not a terminal. */
const place = /^\*stdin\*:\d{1,9}: $/;
const longestPlace = 32;

/** Whether a line of it is an error of libguestfs. */
export function hasComplaint(answer: Buffer): boolean {
  for (let at = answer.indexOf(complaint); at >= 0; at = answer.indexOf(complaint, at + 1)) {
    const before = answer.toString('latin1', Math.max(0, at - longestPlace), at);
    const inLine = before.slice(before.lastIndexOf('\n') + 1);
    if (inLine === '' || place.test(inLine)) return true;
  }
  return false;
}

/**
 * Whether a complaint says that a file does not exist, or is of another kind. Every other complaint says that something exists and cannot be read. strerror(3)
 */
export function saysAbsent(answer: Buffer): boolean {
  return (
    absentWords.some((words) => answer.includes(words)) ||
    // This complaint is about a folder on the path. libguestfs daemon/realpath.c
    (answer.includes('case_sensitive_path: ') && answer.includes(': not found'))
  );
}

const absentWords = [
  'No such file or directory',
  'Not a directory',
  'Is a directory',
  'Too many levels of symbolic links',
  // The answer for a file that is not a link, readlink(2).
  'Invalid argument',
];

/**
 * Whether the answer is that there is no appliance any more: guestfish itself lives on, and complains of every question from then on. That must not be
 * treated as a disk on which nothing is. libguestfs lib/errors.c, lib/proto.c
 */
export function applianceIsGone(answer: Buffer): boolean {
  return hasComplaint(answer) && goneWords.some((words) => answer.includes(words));
}

const goneWords = ['appliance closed the connection unexpectedly', 'call launch before using this function'];
