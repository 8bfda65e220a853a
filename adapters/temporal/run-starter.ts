import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import type { Config } from '../../shared/config.ts';
import { type ProcessImageInput, processImageType, type Timings } from '../../shared/contracts/workflow.ts';
import type { RunStarter } from '../../shared/ports/run-starter.ts';
import { temporalUnavailable } from './connect.ts';
import { plain, startOnce } from './start-once.ts';

/** Liveness limits of the installation: shared/config.ts. */
export type RunTimings = Timings;

export function toRunTimings(config: Config): RunTimings {
  return {
    heartbeatSeconds: config.HEARTBEAT_SECONDS,
    claimSeconds: config.CLAIM_SECONDS,
    stepHours: config.STEP_HOURS,
  };
}

export function createRunStarter(client: Client, timings: RunTimings): RunStarter {
  return {
    start: ({ workflowId, imageId, runId, projectId, name }) => {
      const input: ProcessImageInput = { imageId, runId, ...timings };
      return startOnce(client, {
        type: processImageType,
        workflowId,
        input,
        imageId,
        projectId,
        memo: { imageId, runId, projectId },
        starts: 'once',
        summary: `${plain(name)} (project ${projectId})`,
      });
    },

    cancel: async (workflowId) => {
      try {
        await client.withDeadline(Date.now() + 10_000, () => client.workflow.getHandle(workflowId).cancel());
        return true;
      } catch (error) {
        if (error instanceof WorkflowNotFoundError) return false;
        throw temporalUnavailable(error);
      }
    },
  };
}
