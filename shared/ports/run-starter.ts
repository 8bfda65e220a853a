/** Starts, and stops, the workflow of a run. */
export interface RunStarter {
  /** Idempotent by `workflowId`: starting what runs or has run already does nothing, and returns false. @throws `unavailable` (retryable) */
  start(run: StartRun): Promise<boolean>;
  /** Asks the run to stop and clean up; does nothing when it has ended. @returns false if Temporal does not know it. @throws `unavailable` (retryable) */
  cancel(workflowId: string): Promise<boolean>;
}

export type StartRun = {
  workflowId: string;
  imageId: string;
  runId: string;
  projectId: string;
  /** For people who read Temporal's UI. */
  name: string;
};
