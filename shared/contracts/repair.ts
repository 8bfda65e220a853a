import { z } from 'zod';

/** What one remedy has changed, in the system's own words: guest-controlled text, cleaned and capped. */
export const RepairChange = z.object({ remedy: z.string(), changes: z.array(z.string()) });
export type RepairChange = z.infer<typeof RepairChange>;
