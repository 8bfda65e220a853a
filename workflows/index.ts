/** The entry of the workflow bundle. */
export { processImage } from './process-image.ts';
