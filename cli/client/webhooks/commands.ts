import type { Command } from 'commander';

/** Commands for webhooks. */
export function addWebhookCommands(program: Command): void {
  const webhook = program.command('webhook').description('get notified when images are published, rejected or failed');
  webhook
    .command('create')
    .description('register a URL and print its signing secret once')
    .argument('<url>')
    .action(async (url: string, _options: object, command: Command) =>
      (await import('./webhooks.ts')).createWebhook(url, command.optsWithGlobals()),
    );
  webhook
    .command('list')
    .description('list webhooks')
    .action(async (_options: object, command: Command) =>
      (await import('./webhooks.ts')).listWebhooks(command.optsWithGlobals()),
    );
  webhook
    .command('delete')
    .description('delete a webhook')
    .argument('<id>')
    .action(async (id: string, _options: object, command: Command) =>
      (await import('./webhooks.ts')).deleteWebhook(id, command.optsWithGlobals()),
    );
}
