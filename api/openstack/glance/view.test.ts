import { expect, test } from 'vitest';
import type { ImageStatus } from '../../../shared/contracts/image.ts';
import type { RunStatus } from '../../../shared/contracts/run.ts';
import type { Image } from '../../../shared/ports/image.ts';
import type { LatestRun } from '../../../shared/ports/images.ts';
import { toImageView } from './view.ts';

function shown(image: Pick<Image, 'status' | 'isVerbatim'>, lastRun?: RunStatus): Record<string, unknown> {
  const record = { ...image, createdAt: new Date(0), updatedAt: new Date(0) } as Image;
  const last = lastRun && ({ status: lastRun } as LatestRun);
  const { stores, os_glance_importing_to_stores: to, os_glance_failed_import: failed } = toImageView(record, {}, last);
  return {
    ...(stores ? { stores } : {}),
    ...(to === undefined ? {} : { to }),
    ...(failed === undefined ? {} : { failed }),
  };
}

test.each<[ImageStatus, RunStatus | undefined, object]>([
  ['queued', undefined, {}],
  ['uploading', undefined, {}],
  ['saving', undefined, {}],
  ['queued', 'queued', {}],
  ['importing', 'running', { to: 'images', failed: '' }],
  ['active', 'published', { stores: 'images', to: '', failed: '' }],
  ['deactivated', 'published', { stores: 'images', to: '', failed: '' }],
  ['killed', 'rejected', { to: '', failed: 'images' }],
  ['killed', undefined, { to: '', failed: 'images' }],
  ['queued', 'cancelled', { to: '', failed: 'images' }],
])('clients that wait for an import see it in an image that is %s and whose run is %s', (status, lastRun, expected) => {
  expect(shown({ status, isVerbatim: false }, lastRun)).toEqual(expected);
});

test.each<[ImageStatus, object]>([
  ['saving', {}],
  ['active', { stores: 'images' }],
  ['deactivated', { stores: 'images' }],
  ['killed', {}],
])('of an image that is %s and kept as it came there was no import', (status, expected) => {
  expect(shown({ status, isVerbatim: true }, 'cancelled')).toEqual(expected);
});
