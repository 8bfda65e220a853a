import { z } from 'zod';

/** The changes of one remedy, in the system's own words: guest-controlled text, cleaned and capped. */
export const RepairChange = z.object({ remedy: z.string(), changes: z.array(z.string()) });
export type RepairChange = z.infer<typeof RepairChange>;
