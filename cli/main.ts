import { Command, CommanderError } from 'commander';
import { addClientCommands } from './client/commands.ts';
import { addCompletionCommands } from './completion/commands.ts';
import { exitCodeHelp, exitCodeOf, tellError } from './exit.ts';
import { addOperateCommands } from './operate/commands.ts';
import { endQuietlyOnClosedPipe } from './terminal.ts';

/**
 * The command line. Definitions are light and handlers are loaded when they are called: a client's command must not wait for
 * the libraries of the servers.
 */
export const runCli = async (argv: readonly string[] = process.argv): Promise<void> => {
  endQuietlyOnClosedPipe();
  const program = new Command('bootready')
    .description('Turns uploaded disk images into published cloud images that are known to boot.')
    .option('--json', 'print machine-readable JSON on stdout')
    .addHelpText('after', exitCodeHelp)
    .exitOverride()
    .configureOutput({ outputError: () => undefined });
  program.commandsGroup('For users, by the API of an installation:');
  addClientCommands(program);
  program.commandsGroup('For operators, on the hosts of an installation:');
  addOperateCommands(program);
  program.commandsGroup('For shells:');
  addCompletionCommands(program);
  try {
    await program.parseAsync(argv);
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return;
    tellError(error, program.opts<{ json?: boolean }>().json ?? false);
    process.exitCode = exitCodeOf(error);
  }
};

if (import.meta.main) await runCli();
