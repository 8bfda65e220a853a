import { addClientCommands } from './client/commands.ts';
import { addOperateCommands, addProcessCommands } from './operate/commands.ts';
import { runProgram } from './program.ts';

/** The command line with everything: of users, and of the hosts of an installation. */
export function runCli(argv: readonly string[] = process.argv): Promise<void> {
  return runProgram(
    [
      { title: 'For users, through the API of an installation:', add: addClientCommands },
      { title: 'For operators, on the hosts of an installation:', add: addOperateCommands },
      { title: 'Processes of an installation, started by its service manager:', add: addProcessCommands },
    ],
    argv,
  );
}

if (import.meta.main) await runCli();
