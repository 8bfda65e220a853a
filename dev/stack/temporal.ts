import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Connection } from '@temporalio/client';
import { searchAttributes } from '../../shared/contracts/workflow.ts';
import { type Service, startServer } from './service.ts';
import { toolPath } from './tool-path.ts';

export type TemporalOptions = { dataDir: string; port: number; uiPort?: number; logFile?: string };

/**
 * Task queues that go round by fairness keys, our projects; in one partition each, for the order of several is a matter of chance, and one is enough for
 * hundreds of tasks a second. deploy/temporal/dynamic-config.yaml says the same to the server of Compose.
 */
const fairness = [
  'matching.enableFairness=true',
  'matching.numTaskqueueReadPartitions=1',
  'matching.numTaskqueueWritePartitions=1',
];

/** The development server with a file database: histories outlive it. */
export async function startTemporal(
  options: TemporalOptions,
): Promise<Service & { address: string; uiUrl: string | undefined }> {
  await mkdir(options.dataDir, { recursive: true });
  const address = `127.0.0.1:${options.port}`;
  const service = await startServer({
    name: 'Temporal',
    command: await toolPath('temporal'),
    args: [
      ...['server', 'start-dev', '--ip', '127.0.0.1', '--port', String(options.port), '--log-level', 'error'],
      ...['--db-filename', join(options.dataDir, 'temporal.db')],
      ...searchAttributes.flatMap((name) => ['--search-attribute', `${name}=Keyword`]),
      ...fairness.flatMap((setting) => ['--dynamic-config-value', setting]),
      ...(options.uiPort ? ['--ui-port', String(options.uiPort)] : ['--headless']),
    ],
    logFile: options.logFile ?? join(options.dataDir, 'temporal.log'),
    ready: async () => {
      const connection = await Connection.connect({ address, connectTimeout: 2000 });
      try {
        await connection.workflowService.describeNamespace({ namespace: 'default' });
        return true;
      } finally {
        await connection.close();
      }
    },
  });
  return { ...service, address, uiUrl: options.uiPort ? `http://127.0.0.1:${options.uiPort}` : undefined };
}
