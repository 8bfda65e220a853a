import type { Kysely } from 'kysely';
import type { ImageStore } from '../../shared/ports/images.ts';
import { type Limits, unlimited } from '../../shared/quota.ts';
import { createImageDeletions } from './image-deletions.ts';
import { createImageLookups } from './image-lookups.ts';
import { createImageRuns } from './image-runs.ts';
import { createImageUploads } from './image-uploads.ts';
import type { Database } from './schema.ts';

/** @param limits of projects that have none of their own */
export const createImageStore = (db: Kysely<Database>, limits: Limits = unlimited): ImageStore => ({
  ...createImageUploads(db, limits),
  ...createImageLookups(db),
  ...createImageRuns(db, limits),
  ...createImageDeletions(db),
});
