import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { Exit, exitCode } from '../exit.ts';
import { printable } from '../terminal.ts';

/** One line typed at the terminal; `hidden` shows nothing of it. Ctrl-C and Ctrl-D end the command. */
export async function ask(question: string, { hidden }: { hidden: boolean }): Promise<string> {
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  if (hidden) process.stderr.write(printable(question));
  const terminal = createInterface({
    input: process.stdin,
    output: hidden ? nowhere : process.stderr,
    terminal: true,
  });
  const closed = new Promise<never>((_resolve, reject) =>
    terminal.once('close', () => reject(new Exit(exitCode.interrupted))),
  );
  try {
    return await Promise.race([terminal.question(hidden ? '' : printable(question)), closed]);
  } finally {
    terminal.close();
    if (hidden) process.stderr.write('\n');
  }
}
