import { TooMuch, Unseen } from '../../shared/checks/guest/unseen.ts';
import { type AskGuestfish, hasComplaint, saysAbsent } from './guestfish-complaints.ts';

/** The appliance, asked command by command. Its answers come from the guest: they are arbitrary, and capped. */
export type Guestfish = {
  /** The lines that the command prints; undefined when it failed, or said too much. Empty lines are left out. */
  ask(command: string, ...args: readonly string[]): Promise<string[] | undefined>;
  /**
   * The same of something in the mounted filesystems: undefined when it is not there.
   * @throws Unseen when it is there and cannot be read; TooMuch
   */
  about(command: string, path: string, ...args: readonly string[]): Promise<string[] | undefined>;
  /** The same as bytes, for commands that answer with data. */
  bytes(command: string, ...args: readonly string[]): Promise<Buffer | undefined>;
};

/** More lines than twenty thousand packages have with their descriptions. */
const mostLines = 2_000_000;

/** Makes sense of what the appliance prints. Behind the door only. */
export function makeGuestfish(asked: AskGuestfish): Guestfish {
  const bytes: Guestfish['bytes'] = async (command, ...args) => {
    const answer = await asked(command, args);
    return answer && !hasComplaint(answer) ? answer : undefined;
  };
  return {
    bytes,
    about: async (command, path, ...args) => {
      const answer = await asked(command, [path, ...args]);
      if (!answer) throw new TooMuch(path);
      if (!hasComplaint(answer)) return linesIn(answer);
      if (saysAbsent(answer)) return undefined;
      throw new Unseen({ reason: 'file', what: path });
    },
    ask: async (command, ...args) => {
      const answer = await bytes(command, ...args);
      return answer && linesIn(answer);
    },
  };
}

/** @throws TooMuch */
export function linesIn(answer: Buffer): string[] {
  const lines: string[] = [];
  for (let from = 0; from < answer.length; ) {
    const end = answer.indexOf(0x0a, from);
    const to = end < 0 ? answer.length : end;
    if (to > from) {
      if (lines.length === mostLines) throw new TooMuch('lines');
      lines.push(answer.toString('utf8', from, to));
    }
    from = to + 1;
  }
  return lines;
}
