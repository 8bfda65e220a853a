import type { Command } from 'commander';
import { addAccountCommands } from './commands/account.ts';
import { addBringCommands } from './commands/bring.ts';
import { addChangeCommands } from './commands/change.ts';
import { addLookCommands } from './commands/look.ts';
import { addPlatformCommands } from './commands/platform.ts';
import { addShareCommands } from './commands/share.ts';
import { addWebhookCommands } from './commands/webhook.ts';

/** Commands that use an installation through its API. Handlers are loaded when they are called. */
export function addClientCommands(program: Command): void {
  addAccountCommands(program);
  addBringCommands(program);
  addLookCommands(program);
  addChangeCommands(program);
  addShareCommands(program);
  addPlatformCommands(program);
  addWebhookCommands(program);
  for (const command of program.commands) withProject(command);
}

/** Each command by itself: on the command line of operators there are options of this name with another meaning. */
function withProject(command: Command): void {
  for (const each of command.commands) withProject(each);
  // Logging out ends the sign-in for every project.
  if (command.commands.length > 0 || command.name() === 'logout') return;
  command
    .option('--project <project>', 'project to act in, for users with several projects (default: BOOTREADY_PROJECT)')
    .hook('preAction', () => {
      const { project } = command.opts<{ project?: string }>();
      if (project !== undefined) process.env.BOOTREADY_PROJECT = project;
    });
}
