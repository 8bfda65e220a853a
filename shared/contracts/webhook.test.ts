import { expect, test } from 'vitest';
import { CreateWebhook } from './api.ts';

test.each([25, 22, 6379, 5432])('a webhook to port %d is refused', (port) => {
  const { error } = CreateWebhook.safeParse({ url: `http://example.org:${port}/` });
  expect(error?.issues[0]?.message).toContain('No web server listens on this port');
});

test.each(['', ':80', ':443', ':3000', ':8443', ':65535'])('one to "example.org%s" is taken', (port) => {
  expect(CreateWebhook.safeParse({ url: `https://example.org${port}/` }).success).toBe(true);
});
