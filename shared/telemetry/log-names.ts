/** The ids by which an operator finds the log lines of an image. `attempt` is the fence: the newest attempt at a run has the highest. */
export type LogNames = { image_id?: string; run_id?: string; attempt?: number };

/** Reads the ids from the input of a workflow or an activity: a run, an attempt at it, or a repair. */
export function toLogNames(subject: unknown): LogNames {
  const { imageId, runId, fence } = (subject ?? {}) as { imageId?: string; runId?: string; fence?: number };
  return {
    ...(imageId === undefined ? {} : { image_id: imageId }),
    ...(runId === undefined ? {} : { run_id: runId }),
    ...(fence === undefined ? {} : { attempt: fence }),
  };
}
