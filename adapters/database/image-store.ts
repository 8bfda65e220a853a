import type { Kysely } from 'kysely';
import { type Limits, unlimited } from '../../shared/limits/quota.ts';
import type { ImageStore } from '../../shared/ports/images.ts';
import { createImageDeletions } from './image-deletions.ts';
import { createImageLookups } from './image-lookups.ts';
import { createImageMembers } from './image-members.ts';
import { createImageReceptions } from './image-receptions.ts';
import { createImageRuns } from './image-runs.ts';
import { createImageUploads } from './image-uploads.ts';
import type { Database } from './schema.ts';
import { createVisibleImages } from './visible-images.ts';

/** @param limits of projects that have none of their own */
export function createImageStore(db: Kysely<Database>, limits: Limits = unlimited): ImageStore {
  return {
    ...createImageUploads(db, limits),
    ...createImageLookups(db),
    ...createImageRuns(db, limits),
    ...createImageDeletions(db),
    ...createVisibleImages(db, limits),
    ...createImageMembers(db),
    ...createImageReceptions(db, limits),
  };
}
