/** Whether a run, a repair, a download or a delivery waits for its turn or is at work. */
export function isUnderWay(status: string | undefined): boolean {
  return status === 'queued' || status === 'running';
}
