import { CreateWebhook } from '../../../shared/contracts/api.ts';
import { formatTime } from '../../../shared/text/quantities.ts';
import { connect } from '../api/api-client.ts';
import { type OutputOptions, printResult, tell } from '../output.ts';
import { table } from '../table.ts';
import { validOption } from '../valid-option.ts';

export async function createWebhook(url: string, options: OutputOptions): Promise<void> {
  const valid = validOption('The URL', CreateWebhook.shape.url, url);
  const webhook = await (await connect()).createWebhook({ url: valid });
  printResult(webhook, () => [`id      ${webhook.id}`, `secret  ${webhook.secret}`], options);
  tell('The secret is shown only once. Receivers check signatures with it (standardwebhooks.com).', options);
}

export async function listWebhooks(options: OutputOptions): Promise<void> {
  const { webhooks } = await (await connect()).webhooks();
  printResult(
    { webhooks },
    () =>
      webhooks.length > 0
        ? table(
            ['ID', 'CREATED', 'STATE', 'URL'],
            webhooks.map(({ id, createdAt, disabledAt, url }) => [
              id,
              formatTime(createdAt),
              disabledAt ? 'disabled' : 'active',
              url,
            ]),
          )
        : [],
    options,
  );
  if (webhooks.length === 0) tell('No webhooks yet. "bootready webhook create URL" creates one.', options);
}

export async function deleteWebhook(id: string, options: OutputOptions): Promise<void> {
  await (await connect()).deleteWebhook(id);
  printResult({ id, deleted: true }, () => [`Webhook ${id} is deleted.`], options);
}
