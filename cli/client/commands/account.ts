import type { Command } from 'commander';

/** Who is at work, and where. */
export const addAccountCommands = (program: Command): void => {
  program
    .command('login')
    .description('log in to an installation: in a browser where it has an issuer, or by an API key')
    .argument('<url>', 'of its API')
    .option('--device', 'sign in at its issuer, in a browser on this or another device (at a terminal by default)')
    .option('--key', 'read an API key from standard input (where there is no terminal or no issuer by default)')
    .action(async (url: string, _options: object, command: Command) =>
      (await import('../login.ts')).login(url, command.optsWithGlobals()),
    );
  program
    .command('logout')
    .description('forget who is logged in on this machine; a sign-in ends at the issuer too')
    .action(async (_options: object, command: Command) =>
      (await import('../login.ts')).logout(command.optsWithGlobals()),
    );
  program
    .command('whoami')
    .description('show whose key it is, and what holds for it')
    .action(async (_options: object, command: Command) =>
      (await import('../login.ts')).whoAmI(command.optsWithGlobals()),
    );
};
