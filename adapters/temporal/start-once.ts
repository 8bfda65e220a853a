import { type Client, WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import { defineSearchAttributeKey, TypedSearchAttributes } from '@temporalio/common';
import { searchAttribute, sharedTaskQueue } from '../../shared/contracts/workflow.ts';
import { temporalUnavailable } from './connect.ts';

/** Starting waits no longer than this. The order is in Postgres, and the sweep tries again. */
const deadlineMs = 10_000;

type Start = {
  type: string;
  workflowId: string;
  input: object;
  /** For people, in Temporal's UI: one line. */
  summary: string;
  imageId: string;
  projectId: string;
  /** `once`: never a second time. `again-when-failed`: again if the last one has failed. */
  starts: 'once' | 'again-when-failed';
  memo?: Record<string, string>;
};

/** Names are the uploader's text: plain, and short. */
export function plain(name: string): string {
  return name.replaceAll(/[^\p{L}\p{N} ._-]/gu, ' ').slice(0, 120);
}

/** Idempotent by the workflow's id. @returns false if Temporal knows this workflow already. @throws `unavailable` (retryable) */
export async function startOnce(
  client: Client,
  { type, workflowId, input, summary, imageId, projectId, starts, memo }: Start,
): Promise<boolean> {
  try {
    await client.withDeadline(Date.now() + deadlineMs, () =>
      client.workflow.start(type, {
        workflowId,
        taskQueue: sharedTaskQueue,
        // Projects take turns in a queue, if the server has fairness switched on. Steps and deliveries inherit the key. A project's id fits into its 64 bytes.
        // Other servers ignore it.
        priority: { fairnessKey: projectId },
        args: [input],
        workflowIdReusePolicy: starts === 'once' ? 'REJECT_DUPLICATE' : 'ALLOW_DUPLICATE_FAILED_ONLY',
        workflowIdConflictPolicy: 'FAIL',
        staticSummary: summary,
        ...(memo ? { memo } : {}),
        typedSearchAttributes: new TypedSearchAttributes([
          { key: defineSearchAttributeKey(searchAttribute.imageId, 'KEYWORD'), value: imageId },
          { key: defineSearchAttributeKey(searchAttribute.project, 'KEYWORD'), value: projectId },
        ]),
      }),
    );
    return true;
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return false;
    throw temporalUnavailable(error);
  }
}
