import { Gauge, type Registry } from 'prom-client';
import { stuckReasons } from '../../shared/contracts/operations.ts';
import { findStuck } from '../../shared/operation/stuck.ts';
import type { JobQueue } from '../../shared/ports/jobs.ts';
import type { OperationsStore } from '../../shared/ports/operations.ts';

export type InstallationParts = {
  operations: OperationsStore;
  queues: Pick<JobQueue, 'states'>;
  /** Whether each server answers, by name. */
  health: () => Promise<Record<string, boolean>>;
};

/** Who scrapes gives up after ten seconds (Prometheus' default), and wants to hear of the rest before. */
const patienceMs = 4000;
/** More open runs than anyone would read one by one; the count goes no higher. */
const mostRuns = 10_000;

/**
 * Metrics of the whole installation, from the database, the queues and the servers. Every API process reports the same values: take the maximum over them. A
 * source that does not answer has no values, rather than old ones. Returns a function to call before each scrape.
 */
export function watchInstallation(registry: Registry, parts: InstallationParts): () => Promise<void> {
  const gauge: NewGauge = (name, help, ...labelNames) => new Gauge({ name, help, labelNames, registers: [registry] });
  const sources = [
    runSource(parts.operations, gauge),
    backlogSource(parts.operations, gauge),
    queueSource(parts.queues, gauge),
    dependencySource(parts.health, gauge),
  ];
  return async () => {
    await Promise.all(
      sources.map(async ({ ask, gauges }) => {
        const late = new Promise<never>((_, reject) => setTimeout(reject, patienceMs, new Error('too late')).unref());
        const tell = await Promise.race([ask(), late]).catch(() => undefined);
        for (const each of gauges) each.reset();
        tell?.();
      }),
    );
  };
}

type NewGauge = <Label extends string>(name: string, help: string, ...labelNames: Label[]) => Gauge<Label>;
/** Asks a source and returns a function that sets the gauges: an answer that comes too late sets nothing. All gauges have labels, so `reset` empties them. */
type Source = { ask: () => Promise<() => void>; gauges: Gauge<string>[] };

function runSource(operations: OperationsStore, gauge: NewGauge): Source {
  const runs = gauge('bootready_open_runs', 'Runs that have not ended.', 'status');
  const oldest = gauge('bootready_open_runs_oldest_seconds', 'Age of the oldest open run; 0 without any.', 'status');
  const stuck = gauge('bootready_stuck_runs', 'Stuck open runs, by reason.', 'reason');
  return {
    gauges: [runs, oldest, stuck],
    ask: async () => {
      const open = await operations.openRuns(mostRuns);
      const now = new Date();
      const reasons = findStuck(open, now);
      return () => {
        for (const status of ['queued', 'running'] as const) {
          const such = open.filter((run) => run.status === status);
          runs.set({ status }, such.length);
          oldest.set({ status }, such[0] ? (now.getTime() - such[0].createdAt.getTime()) / 1000 : 0);
        }
        for (const reason of stuckReasons) stuck.set({ reason }, reasons.filter((each) => each === reason).length);
      };
    },
  };
}

function backlogSource(operations: OperationsStore, gauge: NewGauge): Source {
  const count = gauge('bootready_backlog', 'Pending notifications, and messages that no webhook has accepted.', 'kind');
  const oldest = gauge('bootready_backlog_oldest_seconds', 'Waiting time of the oldest; 0 without any.', 'kind');
  return {
    gauges: [count, oldest],
    ask: async () => {
      const backlogs = await operations.backlogs();
      return () => {
        for (const [kind, backlog] of Object.entries(backlogs)) {
          count.set({ kind }, backlog.count);
          oldest.set({ kind }, backlog.oldestSeconds);
        }
      };
    },
  };
}

function queueSource(queues: InstallationParts['queues'], gauge: NewGauge): Source {
  const jobs = gauge('bootready_queue_jobs', 'Jobs in the queues.', 'queue', 'state');
  const oldest = gauge(
    'bootready_queue_oldest_waiting_seconds',
    'Waiting time of the next job; 0 without any.',
    'queue',
  );
  return {
    gauges: [jobs, oldest],
    ask: async () => {
      const found = await queues.states();
      return () => {
        for (const { name: queue, counts, oldestWaitingSeconds } of found) {
          for (const [state, count] of Object.entries(counts)) jobs.set({ queue, state }, count);
          oldest.set({ queue }, oldestWaitingSeconds);
        }
      };
    },
  };
}

function dependencySource(health: InstallationParts['health'], gauge: NewGauge): Source {
  const up = gauge('bootready_dependency_up', 'Whether a server that the installation needs answers.', 'dependency');
  return {
    gauges: [up],
    ask: async () => {
      const answers = await health();
      return () => {
        for (const [dependency, answered] of Object.entries(answers)) up.set({ dependency }, answered ? 1 : 0);
      };
    },
  };
}
