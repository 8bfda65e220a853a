import { addClientCommands } from './client/commands.ts';
import { addVerifyCommand } from './operate/verify-command.ts';
import { runProgram } from './program.ts';

/** The command line of anyone who only uses an installation: what the npm package brings. */
await runProgram(
  [
    { title: 'Through the API of an installation:', add: addClientCommands },
    { title: 'Without one:', add: addVerifyCommand },
  ],
  process.argv,
);
