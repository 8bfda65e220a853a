import { createStoredRecords } from '../../adapters/database/stored-records.ts';
import { openObjectStore } from '../../adapters/object-store/open.ts';
import { compareStore, type StoreDifference } from '../../shared/store/compare-store.ts';
import { formatBytes } from '../../shared/text/quantities.ts';
import { printResult } from '../client/output.ts';
import { Exit, exitCode } from '../exit.ts';
import { type Line, withStyle } from '../terminal.ts';
import { readConfig } from './environment.ts';
import { type Output, withDatabase } from './with-database.ts';

/** Compares records and objects. @throws Exit 1 when they differ */
export async function checkStore(options: Output & { read?: boolean }): Promise<void> {
  const config = readConfig();
  const store = openObjectStore(config);
  const compared = await withDatabase((db) =>
    compareStore(
      { records: createStoredRecords(db), store, imagesBucket: config.IMAGES_BUCKET },
      { readsAll: options.read === true },
    ),
  );
  const { images, objects, differences } = compared;
  const lines = (): Line[] => [
    ...differences.map(toLine),
    ...advice.filter(({ kind }) => differences.some((each) => each.kind === kind)).map(({ text }) => text),
    differences.length > 0
      ? [
          withStyle('bad', 'They differ: '),
          `${images} published images, ${objects} objects, ${differences.length} differences.`,
        ]
      : [withStyle('good', 'They agree: '), `${images} published images, ${objects} objects.`],
  ];
  printResult(compared, lines, options);
  if (differences.length > 0) throw new Exit(exitCode.rejected);
}

function toLine(difference: StoreDifference): Line {
  switch (difference.kind) {
    case 'missing': {
      const { name, imageId, projectId, bucket, key } = difference.image;
      return [
        withStyle('bad', 'No object: '),
        `image "${name}" (${imageId}) of ${projectId}: ${bucket}/${key} does not exist.`,
      ];
    }
    case 'changed': {
      const { name, imageId, projectId, bucket, key } = difference.image;
      return [
        withStyle('bad', 'Other bytes: '),
        `image "${name}" (${imageId}) of ${projectId}: ${bucket}/${key} has ${difference.found} instead of ${difference.expected}.`,
      ];
    }
    case 'unknown': {
      const { bucket, key, size } = difference.object;
      const { image } = difference;
      return [
        withStyle('careful', 'No record: '),
        `${bucket}/${key}, ${formatBytes(size)}.`,
        image ? ` The image "${image.name}" has the status ${image.status}.` : '',
      ];
    }
  }
}

const advice: readonly { kind: StoreDifference['kind']; text: string }[] = [
  {
    kind: 'missing',
    text: 'No object: copy it from another backup to the same key, or delete the image ("bootready delete").',
  },
  { kind: 'changed', text: 'Other bytes: copy the object from a backup, or delete the image ("bootready delete").' },
  {
    kind: 'unknown',
    text: 'No record: copy the image into the folder of its project in the uploads bucket, so that it is published again, or remove the object.',
  },
];
