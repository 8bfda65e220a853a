import { defineChecks } from './define.ts';

/** What admit and convert can find: format, hostile content, limits. All of it is safety: no policy lets it pass. */
export const admissionChecks = defineChecks({});
