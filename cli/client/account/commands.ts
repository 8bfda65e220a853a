import type { Command } from 'commander';

/** Who is at work, and where. */
export function addAccountCommands(program: Command): void {
  program
    .command('login')
    .description('log in to an installation: in a browser if it has an identity provider, or with an API key')
    .argument('<url>', 'address of its API')
    .option(
      '--device',
      'sign in at its identity provider, in a browser on this or another device (default at a terminal)',
    )
    .option('--key', 'read an API key from standard input (default without a terminal or an identity provider)')
    .action(async (url: string, _options: object, command: Command) =>
      (await import('./login.ts')).login(url, command.optsWithGlobals()),
    );
  program
    .command('logout')
    .description('log out here and revoke the session at the identity provider')
    .action(async (_options: object, command: Command) =>
      (await import('./login.ts')).logout(command.optsWithGlobals()),
    );
  program
    .command('whoami')
    .description('show your identity, role and limits')
    .action(async (_options: object, command: Command) =>
      (await import('./login.ts')).whoAmI(command.optsWithGlobals()),
    );
}
