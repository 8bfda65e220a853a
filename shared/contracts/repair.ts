import { z } from 'zod';

/** What one remedy has changed, in the system's own words: guest-controlled text, cleaned and capped. */
export const RepairChange = z.object({ remedy: z.string(), changes: z.array(z.string()) });
export type RepairChange = z.infer<typeof RepairChange>;

/** `handed-over`: the mended disk is an upload, and the run of its image tells the rest. */
export const repairStatuses = ['queued', 'running', 'handed-over', 'failed', 'cancelled'] as const;
export const RepairStatus = z.enum(repairStatuses);
export type RepairStatus = z.infer<typeof RepairStatus>;
