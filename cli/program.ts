import { Command, CommanderError } from 'commander';
import root from '../package.json' with { type: 'json' };
import { addCompletionCommands } from './completion/commands.ts';
import { exitCodeHelp, tellError, toExitCode, UsageError } from './exit.ts';
import { findSimilar } from './similar.ts';
import { endQuietlyOnClosedPipe } from './terminal.ts';

/** A command that does not exist: the one that was meant, or where they are listed. */
function withHint(error: unknown, program: Command): unknown {
  const unknown = /unknown command '(.*)'/s.exec((error as Error).message)?.[1];
  if (!(error instanceof CommanderError) || unknown === undefined) return error;
  const similar = findSimilar(
    unknown,
    program.commands.map((command) => command.name()),
  );
  return new UsageError(
    `There is no command "${unknown}".`,
    similar ? `Did you mean "bootready ${similar}"?` : '"bootready --help" lists all commands.',
  );
}

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
    .showSuggestionAfterError(false)
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
    tellError(withHint(error, program), program.opts<{ json?: boolean }>().json ?? false);
    process.exitCode = toExitCode(error);
  }
}
