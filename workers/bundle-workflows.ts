import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import { workflowInterceptorModules } from './workflow-bundle.ts';

/** Bundles the workflows into the file that its argument names. A program of its own: workflow-bundle.ts runs it. */
const [, , path = ''] = process.argv;
const { code } = await bundleWorkflowCode({
  logger: new DefaultLogger('ERROR'),
  workflowsPath: join(import.meta.dirname, '../workflows/index.ts'),
  workflowInterceptorModules,
});
await writeFile(path, code);
