import type { Command } from 'commander';
import { addAccountCommands } from './account/commands.ts';
import { addChangeCommands } from './change/commands.ts';
import { addLookCommands } from './look/commands.ts';
import { addPlatformCommands } from './platform/commands.ts';
import { addShareCommands } from './share/commands.ts';
import { addUploadCommands } from './upload/commands.ts';
import { addWebhookCommands } from './webhooks/commands.ts';

/** Commands that use an installation through its API. Handlers are loaded when they are called. */
export function addClientCommands(program: Command): void {
  addAccountCommands(program);
  addUploadCommands(program);
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
