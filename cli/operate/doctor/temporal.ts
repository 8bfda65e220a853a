import type { Connection } from '@temporalio/client';
import { temporalTlsVariables, toNodeTls, toTemporalConfig } from '../../../adapters/temporal/config.ts';
import { connectTemporal } from '../../../adapters/temporal/connect.ts';
import { tlsTrouble } from '../../../adapters/tls-trouble.ts';
import { searchAttributes, sharedTaskQueue } from '../../../shared/contracts/workflow.ts';
import { BootreadyError } from '../../../shared/errors.ts';
import type { Dependency } from './dependency.ts';
import { parsePlace, reach, reachByTls } from './reach.ts';
import { explainReason } from './reason.ts';

const deadlineMs = 6000;
/** A worker asks for work at least once a minute; a dead one stays listed for five minutes. */
const silentMs = 120_000;
/** https://grpc.io/docs/guides/status-codes/ */
const grpc = { deadlineExceeded: 4, notFound: 5 } as const;
const workflowTasks = 1;
const frontendPort = 7233;

export const temporal: Dependency = {
  name: 'temporal',
  seconds: 20,
  remedy: 'Check that Temporal runs, and that TEMPORAL_ADDRESS names its frontend (host:7233).',
  examine: async ({ config, say, signal }) => {
    const temporalConfig = toTemporalConfig(config);
    const { address, namespace } = temporalConfig;
    const at = parsePlace(address, frontendPort);
    const { tls } = temporalConfig;
    // gRPC's library would not say why TLS failed.
    const reached = at && (tls ? reachByTls({ ...at, ...toNodeTls(tls) }, signal) : reach(at, signal));
    await reached?.catch((error: unknown) => {
      throw makeRefusedError(error, address, namespace);
    });
    const client = connectTemporal(temporalConfig);
    const ask = <T>(question: (connection: Connection) => Promise<T>): Promise<T> =>
      client.withDeadline(Date.now() + deadlineMs, () => question(client.connection as Connection));
    try {
      await ask(({ workflowService }) => workflowService.describeNamespace({ namespace })).catch((error: unknown) => {
        throw makeRefusedError(error, address, namespace);
      });
      const { customAttributes } = await ask(({ operatorService }) =>
        operatorService.listSearchAttributes({ namespace }),
      );
      const missing = searchAttributes.filter((name) => !customAttributes?.[name]);
      if (missing.length > 0) {
        say.failed(`Search attributes are not registered: ${missing.join(', ')}.`, 'Run: bootready migrate');
      }
      if (!(await ask((connection) => isPolled(connection, namespace)))) {
        say.warning(
          'No worker processes runs. Uploads wait.',
          'Start one on a host with the image tools: bootready worker --steps',
        );
      }
      say.ok(`Temporal at ${address}, namespace ${namespace}.`);
    } finally {
      await client.close();
    }
  },
};

async function isPolled({ workflowService }: Connection, namespace: string): Promise<boolean> {
  const { pollers } = await workflowService.describeTaskQueue({
    namespace,
    taskQueue: { name: sharedTaskQueue },
    taskQueueType: workflowTasks,
  });
  return pollers.some(({ lastAccessTime }) => Date.now() - Number(lastAccessTime?.seconds ?? 0) * 1000 < silentMs);
}

function makeRefusedError(cause: unknown, address: string, namespace: string): BootreadyError {
  const { code } = cause as { code?: unknown };
  if (code === grpc.notFound) {
    return new BootreadyError({
      code: 'unavailable',
      message: `Temporal at ${address} has no namespace "${namespace}".`,
      remedy: `Create it (temporal operator namespace create --namespace ${namespace} --retention 30d), or correct TEMPORAL_NAMESPACE.`,
      cause,
    });
  }
  const trouble = tlsTrouble(cause, temporalTlsVariables);
  const silent = code === grpc.deadlineExceeded ? 'no answer in time' : explainReason(cause);
  return new BootreadyError({
    code: 'unavailable',
    message: `Temporal at ${address} does not answer: ${trouble?.reason ?? silent}.`,
    remedy: trouble?.remedy ?? temporal.remedy,
    cause,
  });
}
