import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Connection } from '@temporalio/client';
import { searchAttributes } from '../../shared/contracts/workflow.ts';
import { type Service, startServer } from './service.ts';
import { toolPath } from './tool-path.ts';

export type TemporalOptions = {
  dataDir: string;
  port: number;
  /**
   * Another network namespace to run in, by its address and the command that starts programs there. The server listens at all addresses there: with a single
   * one of them, its parts would still look for each other at 127.0.0.1.
   */
  on?: { address: string; by: readonly string[] };
  uiPort?: number;
  logFile?: string;
};

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
  const { address: host, by } = options.on ?? { address: '127.0.0.1', by: [] };
  const address = `${host}:${options.port}`;
  const [command = '', ...wrapped] = [...by, await toolPath('temporal')];
  const service = await startServer({
    name: 'Temporal',
    command,
    args: [
      ...wrapped,
      ...[
        'server',
        'start-dev',
        '--ip',
        options.on ? '0.0.0.0' : host,
        '--port',
        String(options.port),
        '--log-level',
        'error',
      ],
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
  return { ...service, address, uiUrl: options.uiPort ? `http://${host}:${options.uiPort}` : undefined };
}
