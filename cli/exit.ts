import { CommanderError } from 'commander';
import { errorCodes } from '../shared/error-codes.ts';
import { explain, type Failure, isBootreadyError } from '../shared/errors.ts';
import { tellJson, tellLine } from './terminal.ts';

/** Exit codes, also in docs/use.md and `bootready --help`. */
export const exitCode = {
  done: 0,
  rejected: 1,
  usage: 2,
  failure: 3,
  notFound: 4,
  notAllowed: 5,
  conflict: 6,
  interrupted: 130,
} as const;

export const exitCodeHelp = `
Exit codes:
  0    done
  1    the image is rejected, or a check of "doctor" failed
  2    usage error
  3    failure: server, network, tool
  4    not found
  5    not allowed
  6    conflict or quota exceeded
  130  interrupted`;

/** Ends the command with a code and prints nothing to stderr, because the command has already printed everything. */
export class Exit extends Error {
  readonly code: number;
  constructor(code: number) {
    super(`exit ${code}`);
    this.code = code;
  }
}

/** A command line that cannot be understood. */
export class UsageError extends CommanderError {
  readonly remedy: string;
  constructor(message: string, remedy: string) {
    super(exitCode.usage, 'bootready.usage', message);
    this.remedy = remedy;
  }
}

export function toExitCode(error: unknown): number {
  if (error instanceof Exit) return error.code;
  if (error instanceof CommanderError) return exitCode.usage;
  return exitCode[isBootreadyError(error) ? errorCodes[error.code].exit : 'failure'];
}

/** One sentence and the remedy, on stderr. */
export function tellError(error: unknown, json: boolean): void {
  if (error instanceof Exit) return;
  // The help itself is what is shown: "bootready key" without more.
  if (error instanceof CommanderError && error.code === 'commander.help') return;
  const { code, message, remedy } = describeError(error);
  if (json) {
    tellJson({ error: { code, message, ...(remedy ? { remedy } : {}) } });
    return;
  }
  tellLine(message);
  if (remedy) tellLine(remedy);
}

export function describeError(error: unknown): Failure {
  if (error instanceof CommanderError) {
    const message = error.message.replace(/^error: /, '').replace(/\.?$/, '.');
    if (error instanceof UsageError) return { code: 'usage', message, remedy: error.remedy };
    return { code: 'usage', message, remedy: '"bootready --help" and "bootready COMMAND --help" show how to use it.' };
  }
  if (isBootreadyError(error)) {
    const { code, message, remedy } = error;
    return { code, message, ...(remedy && { remedy }) };
  }
  return {
    code: 'internal',
    message: `Unexpected: ${explain(error)}.`,
    remedy: 'This is a bug in bootready. Please report it with the steps to reproduce it.',
  };
}
