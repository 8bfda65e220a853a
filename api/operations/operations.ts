import { Readable } from 'node:stream';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { Language } from '../../shared/checks/text.ts';
import { UploadEventView } from '../../shared/contracts/api.ts';
import {
  type AuditEntry,
  AuditFilter,
  AuditPage,
  AuditQuery,
  EndedRuns,
  type OpenRunView,
  Operations,
  type StuckReason,
  type WorkerView,
} from '../../shared/contracts/operations.ts';
import { BootreadyError, explain } from '../../shared/errors.ts';
import { findStuck } from '../../shared/operation/stuck.ts';
import type { AuditEntryRow, AuditLog } from '../../shared/ports/audit.ts';
import type { OpenRun } from '../../shared/ports/operations.ts';
import { goneAfterSeconds, type KnownWorker } from '../../shared/ports/workers.ts';
import { trimSlashes } from '../../shared/text/trim-slashes.ts';
import type { ApiDeps } from '../deps.ts';
import { readLanguage } from '../http/language.ts';
import { media } from '../http/openapi.ts';
import { atLeast } from '../identity/identity.ts';
import { streamWhileAllowed } from '../identity/while-allowed.ts';
import { explainFailure, explainMessage, toEventView } from '../images/views.ts';

/** As many as a page shows. */
const mostRuns = 200;
const mostEnded = 100;
const dayMs = 86_400_000;

/** Pages and actions for the operators of the installation. All of them are administrators. */
export function operationRoutes({
  config,
  operations,
  workers,
  jobs,
  events,
  audit,
  health,
}: ApiDeps): FastifyPluginAsyncZod {
  return async (app) => {
    const admin = { onRequest: atLeast('admin') };

    app.get(
      '/operations',
      {
        ...admin,
        schema: {
          operationId: 'getOperations',
          summary: 'Running, waiting and stuck work, with reasons',
          refuses: ['forbidden'],
          response: { 200: Operations },
        },
      },
      async (request) => {
        const [runs, backlogs, known, queues, dependencies] = await Promise.all([
          operations.openRuns(mostRuns),
          operations.backlogs(),
          workers.list(),
          jobs.states().catch(() => null),
          health(),
        ]);
        const now = new Date();
        const stuckFor = findStuck(runs, now);
        const views = runs.map((run, index) => toRunView(run, stuckFor[index], readLanguage(request)));
        return {
          runs: [...views.filter(({ stuck }) => stuck), ...views.filter(({ stuck }) => !stuck)],
          backlogs,
          queues: queues?.map((queue) => ({ ...queue, counts: { ...queue.counts } })) ?? null,
          workers: known.map((worker) => toWorkerView(worker, now)),
          dependencies,
          links: { queueBoard: '/queues/', temporal: workflowsPage(config) },
        };
      },
    );

    app.get(
      '/operations/ended-runs',
      {
        ...admin,
        schema: {
          operationId: 'listEndedRuns',
          summary: 'Runs of the last 24 hours: how many ended how, how long they took, and which published nothing',
          refuses: ['forbidden'],
          response: { 200: EndedRuns },
        },
      },
      async (request) => {
        const { unpublished, ...sums } = await operations.endedRuns(new Date(Date.now() - dayMs), mostEnded);
        return {
          ...sums,
          unpublished: unpublished.map(({ number, finishedAt, failure, ...run }) => ({
            ...run,
            runNumber: number,
            finishedAt: finishedAt.toISOString(),
            failure: explainFailure(failure, readLanguage(request)),
          })),
        };
      },
    );

    app.post(
      '/upload-events/:event/replay',
      {
        ...admin,
        config: { audit: 'event.replay' },
        schema: {
          operationId: 'replayUploadEvent',
          refuses: ['not-found'],
          summary: 'Process a storage notification again',
          params: z.object({ event: z.coerce.number().int().min(1).max(Number.MAX_SAFE_INTEGER) }),
          response: { 202: UploadEventView },
        },
      },
      async (request, reply) => {
        const { event: id } = request.params;
        const event = (await events.reopen(id)) ? await events.get(id) : undefined;
        if (!event) {
          throw new BootreadyError({
            code: 'not-found',
            message: 'Notification not found.',
            remedy: '"bootready events" lists all notifications.',
          });
        }
        await jobs.addIntake([id]).catch((error: unknown) => {
          request.log.warn({ error: explain(error) }, 'a notification waits for the sweep');
        });
        return reply.code(202).send(toEventView(event, readLanguage(request)));
      },
    );

    app.get(
      '/audit-log',
      {
        ...admin,
        schema: {
          operationId: 'listAuditLog',
          summary: 'Audit log, newest first',
          querystring: AuditQuery,
          refuses: ['forbidden'],
          response: { 200: AuditPage },
        },
      },
      async (request) => {
        const { limit, ...filter } = request.query;
        const found = await audit.list({ ...omitUndefined(filter), limit: limit + 1 });
        const entries = found.slice(0, limit).map(toEntryView);
        const last = entries.at(-1);
        return { entries, ...(found.length > limit && last ? { next: last.id } : {}) };
      },
    );

    app.get(
      '/audit-log/export',
      {
        ...admin,
        schema: {
          operationId: 'exportAuditLog',
          summary: 'Audit log as a file: one JSON object per line, newest first',
          querystring: AuditFilter,
          refuses: ['forbidden'],
          response: { 200: media('One AuditEntry per line', { 'application/x-ndjson': z.string() }) },
        },
      },
      async (request, reply) =>
        reply
          .header('content-type', 'application/x-ndjson; charset=utf-8')
          .header('content-disposition', 'attachment; filename="bootready-audit-log.ndjson"')
          // Streams are sent as they are; the schema is for the document.
          .send(streamWhileAllowed(Readable.from(readLines(audit, omitUndefined(request.query))), request) as never),
    );
  };
}

/** Without what was left out. */
function omitUndefined<T extends object>(query: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(query).filter(([, value]) => value !== undefined)) as never;
}

async function* readLines(audit: AuditLog, filter: AuditFilter): AsyncGenerator<string> {
  let before: number | undefined;
  do {
    const page = await audit.list({ ...filter, ...(before === undefined ? {} : { before }), limit: 1000 });
    for (const entry of page) yield `${JSON.stringify(toEntryView(entry))}\n`;
    before = page.at(-1)?.id;
  } while (before !== undefined);
}

function toEntryView({ at, ...entry }: AuditEntryRow): AuditEntry {
  return { ...entry, at: at.toISOString() };
}

function toWorkerView({ id, state, startedAt, seenAt }: KnownWorker, now: Date): WorkerView {
  return {
    ...state,
    id,
    startedAt: startedAt.toISOString(),
    seenAt: seenAt.toISOString(),
    isGone: now.getTime() - seenAt.getTime() > goneAfterSeconds * 1000,
  };
}

function toRunView(run: OpenRun, stuck: StuckReason | undefined, language: Language): OpenRunView {
  const { imageId, imageName, projectId, number: runNumber, workflowId, status, worker, createdAt, step } = run;
  return {
    imageId,
    imageName,
    projectId,
    runNumber,
    workflowId,
    status,
    worker,
    createdAt: createdAt.toISOString(),
    step: step && {
      name: step.step,
      status: step.status === 'running' && !step.hasSlot ? 'waiting' : step.status,
      percent: step.percent,
      attempts: step.attempts,
      message: explainMessage(step.message, language),
      ...(step.waitsFor ? { waitsFor: step.waitsFor } : {}),
      startedAt: step.startedAt.toISOString(),
    },
    ...(stuck ? { stuck } : {}),
  };
}

/** The page of Temporal's UI that lists this installation's workflows; it forgets a query of any other page. */
function workflowsPage({ TEMPORAL_UI_URL: ui, TEMPORAL_NAMESPACE: namespace }: ApiDeps['config']): string | null {
  return ui ? `${trimSlashes(ui)}/namespaces/${encodeURIComponent(namespace)}/workflows` : null;
}
