import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { CheckReport } from '../../shared/contracts/check.ts';
import { Report } from '../../shared/contracts/run.ts';

/** The published JSON Schemas (2020-12), made of the contracts: `npm run docs`. A test holds files and code together. */
const folder = join(import.meta.dirname, '../../docs/schemas');
export const schemaFiles = (
  [
    ['report.v1.json', Report],
    ['check.v1.json', CheckReport],
  ] as const
).map(([name, schema]) => ({
  path: join(folder, name),
  text: `${JSON.stringify(z.toJSONSchema(schema), null, 2)}\n`,
}));

if (import.meta.main) for (const { path, text } of schemaFiles) writeFileSync(path, text);
