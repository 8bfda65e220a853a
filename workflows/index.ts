/** The entry of the workflow bundle. */
export { processImage } from './process-image.ts';
export { repairImage } from './repair-image.ts';
