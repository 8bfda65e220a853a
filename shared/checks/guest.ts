import { defineChecks } from './define.ts';

/** What inspect can find inside the image. */
export const guestChecks = defineChecks({});
