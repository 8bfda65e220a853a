import { explain } from '../../shared/errors.ts';
import type { ImageStore } from '../../shared/ports/images.ts';
import type { Log } from '../../shared/ports/log.ts';
import type { RunStarter, StartRun } from '../../shared/ports/run-starter.ts';

/**
 * Starts the runs of uploads. Only so many runs of a project are between their start and the end of their admission at once: each start costs Temporal and
 * Postgres time, which all projects share, and fifty at once would hold up the next step of everybody else's image. While other projects start images too, it is
 * two within eight seconds: each start takes a part of everybody's image, so a burst becomes a stream. The runs that wait here are rows already, which users see
 * as queued. They start in the order of their arrival. If the process ends first, the sweep of the next one starts them.
 */
export type Pace = {
  /**
   * @returns `waits` if the run will start later. Otherwise whether Temporal did not know it before.
   * @throws `unavailable` (retryable)
   */
  start(run: StartRun): Promise<'started' | 'known' | 'waits'>;
};

/** Those in admission, with the time of their start. */
type Project = { admitting: Map<string, number>; waiting: Map<string, StartRun> };

export type PaceOptions = {
  /** Runs of one project, if it is alone. */
  most?: number;
  /** If it is not, and how long each of them then counts at least. */
  mostBeside?: number;
  countsForMs?: number;
  /** A project that has started a run so recently counts as present: about the time that an image takes. */
  presentForMs?: number;
  /** A worker that is slow, or gone, does not keep the next ones from their start for longer. */
  heldForMs?: number;
  everyMs?: number;
};

export function createPace(
  { starter, images, log }: { starter: RunStarter; images: Pick<ImageStore, 'inAdmission'>; log: Log },
  {
    most = 4,
    mostBeside = 2,
    countsForMs = 8000,
    presentForMs = 60_000,
    heldForMs = 10_000,
    everyMs = 250,
  }: PaceOptions = {},
): Pace {
  const projects = new Map<string, Project>();
  /** The oldest first. */
  const lastStarts = new Map<string, number>();
  let watching = false;

  const findProject = ({ projectId }: StartRun): Project => {
    const found = projects.get(projectId) ?? { admitting: new Map(), waiting: new Map() };
    projects.set(projectId, found);
    return found;
  };

  const isAlone = (projectId: string): boolean => {
    const since = Date.now() - presentForMs;
    for (const [id, at] of lastStarts) {
      if (at >= since) break;
      lastStarts.delete(id);
    }
    return lastStarts.size === 0 || (lastStarts.size === 1 && lastStarts.has(projectId));
  };
  const hasRoom = (projectId: string, { admitting }: Project): boolean =>
    admitting.size < (isAlone(projectId) ? most : mostBeside);

  const startNow = async (project: Project, run: StartRun): Promise<'started' | 'known'> => {
    project.admitting.set(run.runId, Date.now());
    watch();
    let isNew = false;
    try {
      isNew = await starter.start(run);
    } finally {
      if (!isNew) project.admitting.delete(run.runId);
      else {
        lastStarts.delete(run.projectId);
        lastStarts.set(run.projectId, Date.now());
      }
    }
    return isNew ? 'started' : 'known';
  };

  const startWaiting = (id: string, project: Project): void => {
    for (const [runId, run] of project.waiting) {
      if (!hasRoom(id, project)) return;
      project.waiting.delete(runId);
      startNow(project, run).catch((error: unknown) => {
        log.warn({ run_id: run.runId, error: explain(error) }, 'a run could not be started; the sweep tries again');
      });
    }
  };

  const lookOnce = async (): Promise<void> => {
    const held = [...projects.values()].flatMap(({ admitting }) => [...admitting.keys()]);
    // Unknown for now: only time ends them.
    const open = new Set(held.length > 0 ? await images.inAdmission(held).catch(() => held) : []);
    for (const [id, project] of projects) {
      const least = isAlone(id) ? 0 : countsForMs;
      for (const [runId, startedAt] of project.admitting) {
        const age = Date.now() - startedAt;
        if ((!open.has(runId) && age >= least) || age > heldForMs) project.admitting.delete(runId);
      }
      startWaiting(id, project);
      if (project.admitting.size === 0 && project.waiting.size === 0) projects.delete(id);
    }
  };
  const watch = (): void => {
    if (watching) return;
    watching = true;
    setTimeout(() => void lookOnce().finally(watchOn), everyMs).unref();
  };
  const watchOn = (): void => {
    watching = false;
    if (projects.size > 0) watch();
  };

  return {
    start: async (run) => {
      const project = findProject(run);
      if (project.waiting.has(run.runId)) return 'waits';
      if (project.admitting.has(run.runId)) return 'known';
      if (hasRoom(run.projectId, project) && project.waiting.size === 0) return startNow(project, run);
      project.waiting.set(run.runId, run);
      return 'waits';
    },
  };
}
