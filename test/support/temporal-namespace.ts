import { randomUUID } from 'node:crypto';
import { Connection } from '@temporalio/client';
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
