import { Command, CommanderError } from 'commander';
import root from '../package.json' with { type: 'json' };
import { addCompletionCommands } from './completion/commands.ts';
import { exitCodeHelp, tellError, toExitCode } from './exit.ts';
import { endQuietlyOnClosedPipe } from './terminal.ts';

export type CommandGroup = { title: string; add: (program: Command) => void };

/**
 * The command line of some groups of commands. Definitions are light and handlers are loaded when they are called: a client's command must not
 * wait for the libraries of the servers.
 */
export async function runProgram(groups: readonly CommandGroup[], argv: readonly string[]): Promise<void> {
  endQuietlyOnClosedPipe();
  const program = new Command('bootready')
    .description('Turns uploaded disk images into published cloud images that are known to boot.')
    .version(root.version, '--version', 'print the version')
    .option('--json', 'print machine-readable JSON to stdout')
    .addHelpText('after', exitCodeHelp)
    .exitOverride()
    .configureOutput({ outputError: () => undefined });
  for (const { title, add } of [...groups, { title: 'For shells:', add: addCompletionCommands }]) {
    program.commandsGroup(title);
    add(program);
  }
  try {
    await program.parseAsync(argv);
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return;
    tellError(error, program.opts<{ json?: boolean }>().json ?? false);
    process.exitCode = toExitCode(error);
  }
}
