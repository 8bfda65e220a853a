import { randomUUID } from 'node:crypto';
import { createServer, type Socket } from 'node:net';
import type { Client } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { connectTemporal, registerSearchAttributes } from '../../adapters/temporal/connect.ts';
import { createRunStarter } from '../../adapters/temporal/run-starter.ts';
import { makeWorkflowId, processImageType, searchAttribute, sharedTaskQueue } from '../../shared/contracts/workflow.ts';
import type { RunStarter, StartRun } from '../../shared/ports/run-starter.ts';
import { eventually } from '../support/eventually.ts';
import { freshNamespace } from '../support/temporal-namespace.ts';

/** What the port promises, on a real Temporal. */

const timings = { heartbeatSeconds: 30, claimSeconds: 60, stepHours: 12 };
let client: Client & { close(): Promise<void> };
let namespace: string;
let starter: RunStarter;
beforeAll(async () => {
  const address = inject('stack').temporalAddress;
  namespace = await freshNamespace(address);
  client = connectTemporal({ address, namespace });
  starter = createRunStarter(client, timings);
  await eventually(() => registerSearchAttributes(client, namespace).then(() => true), {
    within: 60,
    what: 'the search attributes are registered',
  });
  // Where attributes were added just now, the first starts may still be refused.
  await eventually(() => starter.start(someRun()).then(() => true), { within: 60, what: 'workflows can be started' });
});
afterAll(() => client?.close());

function someRun(more: Partial<StartRun> = {}): StartRun {
  const imageId = randomUUID();
  return {
    workflowId: makeWorkflowId(imageId, 1),
    imageId,
    runId: randomUUID(),
    projectId: 'demo',
    name: 'x',
    ...more,
  };
}
function openHandle({ workflowId }: StartRun) {
  return client.workflow.getHandle(workflowId);
}
/** How often Temporal has started it: every execution has its own run id. */
async function listExecutions({ workflowId }: StartRun): Promise<string[]> {
  const found: string[] = [];
  for await (const { runId } of client.workflow.list({ query: `WorkflowId = '${workflowId}'` })) found.push(runId);
  return found;
}

/** Commands as the protocol numbers them (temporal/api/enums/v1/command_type.proto). */
const commands = {
  completed: { commandType: 4, completeWorkflowExecutionCommandAttributes: {} },
  failed: { commandType: 5, failWorkflowExecutionCommandAttributes: { failure: { message: 'It broke.' } } },
};
/** Does what a worker would do, in one step: takes the tasks of the shared queue until it gets this run's, and ends it. */
function endAs(how: keyof typeof commands, { workflowId }: StartRun): Promise<void> {
  return client.withDeadline(Date.now() + 30_000, async () => {
    const { workflowService } = client;
    for (;;) {
      const taskQueue = { name: sharedTaskQueue };
      const { taskToken, workflowExecution } = await workflowService.pollWorkflowTaskQueue({ namespace, taskQueue });
      if (workflowExecution?.workflowId !== workflowId) continue;
      await workflowService.respondWorkflowTaskCompleted({ namespace, taskToken, commands: [commands[how]] });
      return;
    }
  });
}

test('registering the search attributes again changes nothing', async () => {
  expect(await registerSearchAttributes(client, namespace)).toEqual([]);
});

describe('start', () => {
  test('starts the workflow of the run, to be found by image and project', async () => {
    const run = someRun({ name: 'Debian 12\n**bold** `x` <b>ü</b>' });
    await starter.start(run);
    const { imageId, runId, projectId } = run;
    const described = await openHandle(run).describe();
    expect(described).toMatchObject({
      type: processImageType,
      taskQueue: sharedTaskQueue,
      memo: { imageId, runId, projectId },
    });
    expect(described.status.name).toBe('RUNNING');
    expect(described.searchAttributes).toMatchObject({
      [searchAttribute.imageId]: [imageId],
      [searchAttribute.project]: ['demo'],
    });
    // The name is an uploader's text, and Temporal's UI renders Markdown.
    expect(await described.staticSummary()).toBe('Debian 12   bold    x   b ü  b  (project demo)');
    const [started] = (await openHandle(run).fetchHistory()).events ?? [];
    const input = started?.workflowExecutionStartedEventAttributes?.input?.payloads?.[0]?.data;
    expect(JSON.parse(Buffer.from(input ?? []).toString())).toEqual({ imageId, runId, ...timings });
  });

  test('twice is once, and ten times at once too', async () => {
    const run = someRun();
    await starter.start(run);
    await starter.start(run);
    const racing = someRun();
    await Promise.all(Array.from({ length: 10 }, () => starter.start(racing)));
    for (const each of [run, racing]) {
      const found = await eventually(
        async () => ((await listExecutions(each)).length > 0 ? listExecutions(each) : false),
        {
          within: 30,
          what: 'the workflow is listed',
        },
      );
      expect(found).toHaveLength(1);
    }
  });

  test.each(['completed', 'failed'] as const)('does nothing when the run has %s already', async (how) => {
    const run = someRun();
    await starter.start(run);
    const before = await openHandle(run).describe();
    await endAs(how, run);
    await starter.start(run);
    const after = await openHandle(run).describe();
    expect(after.status.name).toBe(how.toUpperCase());
    expect(after.runId).toBe(before.runId);
  });
});

describe('cancel', () => {
  test('asks the workflow to stop; asking twice is asking once', async () => {
    const run = someRun();
    await starter.start(run);
    expect(await starter.cancel(run.workflowId)).toBe(true);
    expect(await starter.cancel(run.workflowId)).toBe(true);
    const { events } = await openHandle(run).fetchHistory();
    expect(events?.filter((event) => event.workflowExecutionCancelRequestedEventAttributes)).toHaveLength(1);
    expect((await openHandle(run).describe()).status.name).toBe('RUNNING');
  });

  test('does nothing when there is no such run, which it says, or it has ended', async () => {
    expect(await starter.cancel(someRun().workflowId)).toBe(false);
    const run = someRun();
    await starter.start(run);
    await openHandle(run).terminate();
    await starter.cancel(run.workflowId);
    expect((await openHandle(run).describe()).status.name).toBe('TERMINATED');
  });
});

describe.concurrent('without Temporal', () => {
  const unavailable = { code: 'unavailable', retryable: true, remedy: expect.any(String) };
  const refused = async (address: string, inNamespace = 'default'): Promise<void> => {
    const lost = connectTemporal({ address, namespace: inNamespace });
    const lostStarter = createRunStarter(lost, timings);
    await Promise.all([
      expect(lostStarter.start(someRun())).rejects.toMatchObject(unavailable),
      expect(lostStarter.cancel(someRun().workflowId)).rejects.toMatchObject(unavailable),
    ]);
    await lost.close();
  };

  test('both are unavailable: nobody listens', () => refused('127.0.0.1:9'));

  test('both are unavailable: the connection is taken and nothing is answered', async () => {
    const sockets: Socket[] = [];
    const server = createServer((socket) => sockets.push(socket.on('error', () => undefined)));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    await refused(`127.0.0.1:${(server.address() as { port: number }).port}`);
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  }, 60_000);

  test('both are unavailable: its namespace is not there', () =>
    refused(inject('stack').temporalAddress, `nowhere-${randomUUID()}`));
});

describe('whose run begins next', () => {
  /** Fifty of one project come before three of another, and nobody takes them up until all are there. @returns of which project the first ten are */
  const firstTen = async (startWith: (client: Client) => (run: StartRun) => Promise<unknown>): Promise<string[]> => {
    const address = inject('stack').temporalAddress;
    const own = await freshNamespace(address);
    const ofOwn = connectTemporal({ address, namespace: own });
    try {
      const within = { within: 60, every: 500 };
      await eventually(() => registerSearchAttributes(ofOwn, own).then(() => true), { ...within, what: 'attributes' });
      const startOne = startWith(ofOwn);
      const runs = ['bomber', 'other'].flatMap((projectId) =>
        Array.from({ length: projectId === 'bomber' ? 50 : 3 }, () => someRun({ projectId })),
      );
      for (const run of runs) await eventually(() => startOne(run).then(() => true), { ...within, what: 'a start' });
      const order: string[] = [];
      const { workflowService } = ofOwn;
      const taskQueue = { name: sharedTaskQueue };
      while (order.length < 10) {
        const { workflowExecution, taskToken } = await ofOwn.withDeadline(Date.now() + 30_000, () =>
          workflowService.pollWorkflowTaskQueue({ namespace: own, taskQueue }),
        );
        order.push(runs.find(({ workflowId }) => workflowId === workflowExecution?.workflowId)?.projectId ?? 'none');
        if (order.length > 1) continue;
        // The activities of a workflow are of its project as well: the first one that it schedules says so.
        const schedule = {
          activityId: '1',
          activityType: { name: 'x' },
          taskQueue,
          startToCloseTimeout: { seconds: 9 },
        };
        const commands = [{ commandType: 1, scheduleActivityTaskCommandAttributes: schedule as never }];
        await workflowService.respondWorkflowTaskCompleted({ namespace: own, taskToken, commands });
        const { priority } = await ofOwn.withDeadline(Date.now() + 30_000, () =>
          workflowService.pollActivityTaskQueue({ namespace: own, taskQueue }),
        );
        keys.push(priority?.fairnessKey ?? '');
      }
      return order;
    } finally {
      await ofOwn.close();
    }
  };
  const keys: string[] = [];

  test('projects have their turns one after the other, whoever came first', { timeout: 120_000 }, async () => {
    const order = await firstTen((ofOwn) => createRunStarter(ofOwn, timings).start);
    expect(order.slice(0, 7).filter((projectId) => projectId === 'other')).toHaveLength(3);
    expect(keys.pop()).toBe('bomber');
  });

  test('without the key it is first come, first served', { timeout: 120_000 }, async () => {
    const order = await firstTen(
      (ofOwn) =>
        ({ workflowId }) =>
          ofOwn.workflow.start(processImageType, { workflowId, taskQueue: sharedTaskQueue, args: [] }),
    );
    expect(order).toEqual(Array.from({ length: 10 }, () => 'bomber'));
    expect(keys.pop()).toBe('');
  });
});
