import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pino } from 'pino';
import { createApp } from '../../api/app.ts';
import type { ApiDeps } from '../../api/deps.ts';
import { Environment } from '../../shared/config.ts';
import { readTypes } from '../tools/api-types/generate.ts';

/** docs/openapi.json, made of the routes, and the types of its client: `npm run docs`. A test holds files and code together. */
const root = join(import.meta.dirname, '../..');

/** Routes are registered and none is called: nothing stands behind them. */
const noDeps = {
  config: Environment.parse({
    DATABASE_URL: 'postgres://none',
    REDIS_URL: 'redis://none',
    S3_ENDPOINT: 'http://none',
    S3_ACCESS_KEY: 'none',
    S3_SECRET_KEY: 'none',
    EVENTS_SECRET: 'none'.repeat(4),
  }),
} as ApiDeps;

export async function openApiFiles(): Promise<{ path: string; text: string }[]> {
  const app = await createApp(noDeps, pino({ level: 'silent' }));
  await app.ready();
  const document = `${JSON.stringify(app.swagger(), null, 2)}\n`;
  await app.close();
  return [
    { path: join(root, 'docs/openapi.json'), text: document },
    {
      path: join(root, 'shared/contracts/openapi.ts'),
      text: `// Made by \`npm run docs\` from the routes of api/.\n\n${await readTypes(document)}`,
    },
  ];
}

if (import.meta.main) for (const { path, text } of await openApiFiles()) writeFileSync(path, text);
