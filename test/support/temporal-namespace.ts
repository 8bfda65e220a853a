import { randomUUID } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import { registerSearchAttributes } from '../../adapters/temporal/connect.ts';
import { eventually } from './eventually.ts';

/** A Temporal namespace of a test's own: nobody else's worker takes its tasks. */
export async function freshNamespace(address: string, namespace = `test-${randomUUID()}`): Promise<string> {
  const connection = await Connection.connect({ address });
  try {
    const { workflowService } = connection;
    const day = { seconds: 86_400 as never };
    await workflowService.registerNamespace({ namespace, workflowExecutionRetentionPeriod: day });
    await eventually(() => workflowService.describeNamespace({ namespace }).then(Boolean), {
      within: 60,
      what: 'the Temporal namespace is there',
    });
  } finally {
    await connection.close();
  }
  return namespace;
}

/** A namespace with the search attributes of our workflows, as "bootready migrate" leaves it. */
export async function prepareNamespace(address: string, name?: string): Promise<string> {
  const namespace = await freshNamespace(address, name);
  const connection = await Connection.connect({ address });
  try {
    const client = new Client({ connection, namespace });
    await eventually(() => registerSearchAttributes(client, namespace).then(() => true), {
      within: 60,
      what: 'the search attributes are registered',
    });
  } finally {
    await connection.close();
  }
  return namespace;
}
