import process from 'node:process';

/** A problem that stops the set-up: one sentence, and what to do about it. */
export class Problem extends Error {
  constructor(message, remedy) {
    super(message);
    this.remedy = remedy;
  }
}

/** Runs a main function. Its result is the exit code; a problem is printed in two lines. */
export const runMain = async (main) => {
  try {
    process.exitCode = await main();
  } catch (error) {
    const known = error instanceof Problem;
    process.stderr.write(known ? `\n${error.message}\n${error.remedy}\n` : `\nUnexpected: ${error?.stack ?? error}\n`);
    process.exitCode = 1;
  }
};
