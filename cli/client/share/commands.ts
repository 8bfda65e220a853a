import type { Command } from 'commander';
import { imageArgument } from '../options.ts';

/** Images of several projects. */
export function addShareCommands(program: Command): void {
  program
    .command('share')
    .description('share an image with another project, which can then accept it')
    .argument('<image>', imageArgument)
    .argument('<project>')
    .action(async (id: string, project: string, _options: object, command: Command) =>
      (await import('./share.ts')).shareImage(id, project, command.optsWithGlobals()),
    );
  program
    .command('unshare')
    .description('stop sharing an image with a project')
    .argument('<image>', imageArgument)
    .argument('<project>')
    .action(async (id: string, project: string, _options: object, command: Command) =>
      (await import('./share.ts')).unshareImage(id, project, command.optsWithGlobals()),
    );
  program
    .command('members')
    .description('list the projects an image is shared with')
    .argument('<image>', imageArgument)
    .action(async (id: string, _options: object, command: Command) =>
      (await import('./share.ts')).listMembers(id, command.optsWithGlobals()),
    );
  for (const [name, status, what] of [
    ['accept', 'accepted', 'accept an image that another project shares with yours'],
    ['reject', 'rejected', 'decline an image that another project shares with yours'],
  ] as const) {
    program
      .command(name)
      .description(what)
      .argument('<shared-image>', imageArgument)
      .action(async (id: string, _options: object, command: Command) =>
        (await import('./share.ts')).answerShare(id, status, command.optsWithGlobals()),
      );
  }
}
