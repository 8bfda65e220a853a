import { z } from 'zod';
import { clean } from '../inspect/text.ts';

/** The answers of the agent; they exist as soon as it has answered at all. */
export type AgentAnswers = { system?: string; hostname?: string };

const longestLine = 16 * 1024;
/** In front of a line it makes the other side forget what it was reading. */
const forget = 0xff;

const Answer = z.object({ return: z.unknown() });
const Told = z.object({ 'pretty-name': z.string().optional(), 'host-name': z.string().optional() });

/**
 * The host's end of the QEMU guest agent. It first requests a number, because lines of an earlier conversation may still arrive; lines before that number do
 * not count. All answers are the guest's. https://www.qemu.org/docs/master/interop/qemu-ga-ref.html
 */
export function guestAgent(number: number) {
  let rest: Buffer = Buffer.alloc(0);
  let answers: AgentAnswers | undefined;
  const understand = (line: Buffer): boolean => {
    const told = answerIn(line.subarray(line.lastIndexOf(forget) + 1).toString('utf8'));
    if (told === undefined) return false;
    if (told === number) {
      answers ??= {};
      return true;
    }
    const parsed = Told.safeParse(told);
    if (!answers || !parsed.success) return false;
    const { 'pretty-name': system, 'host-name': hostname } = parsed.data;
    if (system) answers.system = clean(system);
    if (hostname) answers.hostname = clean(hostname);
    return false;
  };
  return {
    /** The first bytes to send to the agent. */
    greeting: (): Buffer =>
      Buffer.concat([
        Buffer.of(forget),
        Buffer.from(`${JSON.stringify({ execute: 'guest-sync-delimited', arguments: { id: number } })}\n`),
      ]),
    /** @returns what to write to it next */
    read: (chunk: Buffer): Buffer | undefined => {
      let greeted = false;
      rest = Buffer.concat([rest, chunk]);
      for (let to = rest.indexOf(0x0a); to !== -1; to = rest.indexOf(0x0a)) {
        if (to <= longestLine) greeted = understand(rest.subarray(0, to)) || greeted;
        rest = rest.subarray(to + 1);
      }
      // More than a line can be is kept just so long that it is known to be too long.
      rest = rest.subarray(0, longestLine + 1);
      if (!greeted) return undefined;
      const questions = ['guest-get-osinfo', 'guest-get-host-name'].map((execute) => JSON.stringify({ execute }));
      return Buffer.from(questions.map((question) => `${question}\n`).join(''));
    },
    answers: (): AgentAnswers | undefined => answers,
  };
}

function answerIn(line: string): unknown {
  if (!line.startsWith('{')) return undefined;
  try {
    const parsed = Answer.safeParse(JSON.parse(line));
    return parsed.success ? parsed.data.return : undefined;
  } catch {
    return undefined;
  }
}
