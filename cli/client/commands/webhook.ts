import type { Command } from 'commander';

/** Who is told. */
export const addWebhookCommands = (program: Command): void => {
  const webhook = program.command('webhook').description('be told when images are published, rejected or have failed');
  webhook
    .command('create')
    .description('register a URL and print the secret for its signatures, once')
    .argument('<url>')
    .action(async (url: string, _options: object, command: Command) =>
      (await import('../webhooks.ts')).createWebhook(url, command.optsWithGlobals()),
    );
  webhook
    .command('list')
    .description('list webhooks')
    .action(async (_options: object, command: Command) =>
      (await import('../webhooks.ts')).listWebhooks(command.optsWithGlobals()),
    );
  webhook
    .command('delete')
    .description('delete a webhook')
    .argument('<id>')
    .action(async (id: string, _options: object, command: Command) =>
      (await import('../webhooks.ts')).deleteWebhook(id, command.optsWithGlobals()),
    );
};
