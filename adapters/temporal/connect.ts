import { Client, Connection } from '@temporalio/client';
import { searchAttributes } from '../../shared/contracts/workflow.ts';
import { BootreadyError } from '../../shared/errors.ts';
import type { Traces } from '../../shared/ports/traces.ts';
import { noTraces } from '../../shared/telemetry/no-traces.ts';
import { tlsTrouble } from '../tls-trouble.ts';
import { announceRuns } from './announce-runs.ts';
import { type TemporalConfig, temporalTlsVariables, toConnectionOptions } from './config.ts';

export function temporalUnavailable(cause: unknown): BootreadyError {
  const trouble = tlsTrouble(cause, temporalTlsVariables);
  return new BootreadyError({
    code: 'unavailable',
    message: trouble ? `Temporal cannot be used: ${trouble.reason}.` : 'Temporal does not answer.',
    remedy:
      trouble?.remedy ??
      'Check TEMPORAL_ADDRESS and TEMPORAL_NAMESPACE ("bootready doctor"). Nothing is lost; the sweep catches up.',
    retryable: true,
    cause,
  });
}

/** A client that connects with its first call, so that our processes start, and stay, while Temporal is down. */
export function connectTemporal(
  config: TemporalConfig,
  traces: Pick<Traces, 'announce'> = noTraces,
): Client & { close(): Promise<void> } {
  const { namespace } = config;
  const connection = Connection.lazy({ ...toConnectionOptions(config), connectTimeout: '5s' });
  const client = new Client({ connection, namespace, interceptors: { workflow: [announceRuns(traces)] } });
  return Object.assign(client, { close: () => connection.close() });
}

const keyword = 2;

/** Registers the search attributes that the workflow sets. Harmless if they already exist. @throws `unavailable` */
export async function registerSearchAttributes(client: Client, namespace: string): Promise<string[]> {
  try {
    const { operatorService } = client.connection as Connection;
    const { customAttributes } = await operatorService.listSearchAttributes({ namespace });
    const missing = searchAttributes.filter((name) => !customAttributes?.[name]);
    if (missing.length > 0) {
      await operatorService.addSearchAttributes({
        namespace,
        searchAttributes: Object.fromEntries(missing.map((name) => [name, keyword])),
      });
    }
    return missing;
  } catch (error) {
    throw temporalUnavailable(error);
  }
}
