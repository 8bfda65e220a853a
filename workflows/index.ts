/** The entry of the workflow bundle. */
export { deliverImage } from './deliver-image.ts';
export { downloadImage } from './download-image.ts';
export { processImage } from './process-image.ts';
export { repairImage } from './repair-image.ts';
