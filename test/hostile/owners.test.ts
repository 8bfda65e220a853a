import { afterAll, describe, expect, test } from 'vitest';
import { describeUpload } from '../../shared/events/metadata.ts';
import { keyCandidates, parseNotifications, secretsIn } from '../../shared/events/parse.ts';
import { findCompression } from '../../shared/formats/layers.ts';
import { consoleLog } from '../../workers/boot/console-log.ts';
import { findQemuImgReason } from '../../workers/tools/complaints.ts';
import { frameSplitter } from '../../workers/tools/frames.ts';
import { applianceIsGone, hasComplaint } from '../../workers/tools/guestfish-complaints.ts';
import { bends } from './bends.ts';

/**
 * The few foreign bytes that API and workers look at themselves, in every bend, at the largest size that comes at once. docs/security.md, "Foreign bytes",
 * has the same list.
 */

const KiB = 1024;
const MiB = 1024 * KiB;
/** Of the event loop's own thread. */
const mostMilliseconds = 200;

type Look = { most: number; words: string; look(bytes: Buffer): unknown };
function notification(bytes: Buffer): unknown {
  const text = bytes.toString();
  const record = {
    eventName: 'ObjectCreated:',
    s3: { bucket: { name: text }, object: { key: text } },
    opaqueData: text,
  };
  return { Records: [record] };
}
const looks: Record<string, Look> = {
  'complaints of qemu-img': {
    most: 64 * KiB,
    words: "'json:{",
    look: (bytes) => findQemuImgReason(bytes.toString('latin1')),
  },
  'answers of the appliance, whether they are complaints': {
    most: 32 * MiB,
    words: 'libguestfs: error: *stdin*:1: ',
    look: (bytes) => [hasComplaint(bytes), applianceIsGone(bytes)],
  },
  'frames of a network adapter, where they end': {
    most: 64 * KiB,
    words: '\0\0\0\x01a',
    look: (bytes) => frameSplitter(() => undefined)(bytes),
  },
  'console of a guest, to be kept': {
    most: 64 * KiB,
    words: 'MBRno\r',
    look: (bytes) => {
      const log = consoleLog();
      for (let times = 0; times < 20; times++) log.write(bytes.toString());
      return [log.recent(), log.whole()];
    },
  },
  'first bytes of image data, whether they are compressed': { most: 64 * KiB, words: 'BZh9', look: findCompression },
  'notification of a store, its secret': {
    most: 256 * KiB,
    words: 'secret',
    look: (bytes) => secretsIn(notification(bytes), 8),
  },
  'notification of a store, after its secret': {
    most: 256 * KiB,
    words: 'demo/a%2Bb ',
    look: (bytes) => parseNotifications({}, notification(bytes)),
  },
  'notification of a store in an envelope': {
    most: 256 * KiB,
    words: '{"Type":"Notification","Message":"[{',
    look: (bytes) => {
      const text = bytes.toString();
      const message = { Type: 'Notification', Message: JSON.stringify({ Messages: [{ MessageId: '1', Body: text }] }) };
      return [parseNotifications({}, message), parseNotifications({}, { Type: 'Notification', Message: text })];
    },
  },
  // S3 has keys of 1,024 bytes and metadata of 2 KiB.
  'key of an upload': { most: KiB, words: 'demo/%41+', look: (bytes) => keyCandidates(bytes.toString()) },
  'metadata of an upload': {
    most: 2 * KiB,
    words: '=?UTF-8?Q?a=C3.qcow2?= .xz',
    look: (bytes) => describeUpload(bytes.toString(), { name: bytes.toString(), policy: bytes.toString() }),
  },
};

const spent: Record<string, number> = {};
afterAll(() => process.stdout.write(`${JSON.stringify(spent)}\n`));

describe('what is not behind the door is over at once', () => {
  test.each(Object.entries(looks))('%s', (name, { most, words, look }) => {
    for (const [bend, make] of Object.entries(bends)) {
      // To make the largest would take longer than all else here.
      const bytes = Buffer.alloc(most, make(Math.min(most, MiB), words));
      const begun = process.threadCpuUsage();
      look(bytes);
      const { user, system } = process.threadCpuUsage(begun);
      const milliseconds = Math.round((user + system) / 1000);
      spent[name] = Math.max(spent[name] ?? 0, milliseconds);
      expect({ bend, milliseconds }).toMatchObject({
        milliseconds: expect.toSatisfy((each) => each <= mostMilliseconds),
      });
    }
  });
});
