import { z } from 'zod';
import { ImageName, ImageSettings } from '../contracts/image.ts';
import { Snapshot } from '../contracts/snapshot.ts';
import { stripEndings } from '../formats/facts.ts';
import { snapshotProperties } from '../images/snapshot.ts';
import { metadataText } from './metadata-text.ts';

/**
 * Reads the description of an upload that a plain S3 client sends as object metadata: `x-amz-meta-name`, `-format`, `-policy`, `-boot-check`, `-allow-iso`; for
 * a snapshot also `-image-type: snapshot`, `-snapshot-kind`, `-base-image-ref`, `-instance-uuid`. A value that makes no sense falls back to the default, and
 * `notes` reports it: an upload is never lost because of a wrong word.
 */
export function describeUpload(
  key: string,
  metadata: Readonly<Record<string, string>>,
): { name: string; settings: ImageSettings; properties: Record<string, string>; notes: string[] } {
  const notes: string[] = [];
  const take = <T>(
    field: string,
    schema: { safeParse(value: unknown): { success: boolean; data?: T } },
    value: unknown,
  ): T | undefined => {
    if (value === undefined) return undefined;
    const parsed = schema.safeParse(value);
    if (parsed.success) return parsed.data;
    notes.push(`x-amz-meta-${field} is not understood and was left out`);
    return undefined;
  };
  const shape = ImageSettings.shape;
  const targetFormat = take('format', shape.targetFormat, metadata.format);
  const policy = take('policy', shape.policy, metadata.policy);
  const bootCheck = take('boot-check', shape.bootCheck, metadata['boot-check']);
  const iso = metadata['allow-iso'];
  const allowIso = take(
    'allow-iso',
    shape.allowIso,
    iso === undefined ? undefined : ({ true: true, false: false }[iso] ?? iso),
  );
  const settings: ImageSettings = {
    ...(targetFormat ? { targetFormat } : {}),
    ...(policy ? { policy } : {}),
    ...(bootCheck ? { bootCheck } : {}),
    ...(allowIso === undefined ? {} : { allowIso }),
  };
  const isSnapshot = take('image-type', z.literal('snapshot'), metadata['image-type']) !== undefined;
  const { kind, baseImageId, instanceId } = Snapshot.shape;
  const properties = isSnapshot
    ? snapshotProperties({
        kind: take('snapshot-kind', kind, metadata['snapshot-kind']) ?? 'template',
        baseImageId: take('base-image-ref', baseImageId, metadata['base-image-ref']),
        instanceId: take('instance-uuid', instanceId, metadata['instance-uuid']),
      })
    : {};
  const name =
    take('name', ImageName, metadata.name === undefined ? undefined : metadataText(metadata.name)) ?? nameFromKey(key);
  return { name, settings, properties, notes };
}

/** `demo/Debian 12.qcow2.xz` is called "Debian 12". */
function nameFromKey(key: string): string {
  const fileName = key.split('/').filter(Boolean).pop() ?? '';
  const parsed = ImageName.safeParse(stripEndings(fileName).slice(0, 255));
  return parsed.success ? parsed.data : 'unnamed';
}
