import { addClientCommands } from './client/commands.ts';
import { addVerifyCommand } from './operate/verify-command.ts';
import { runProgram } from './program.ts';

/** The command line for users of an installation: the contents of the npm package. */
await runProgram(
  [
    { title: 'Through the API of an installation:', add: addClientCommands },
    { title: 'Without one:', add: addVerifyCommand },
  ],
  process.argv,
);
