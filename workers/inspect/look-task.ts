import { judgeAsBackup } from '../../shared/checks/backup.ts';
import { guestFindings, incomplete } from '../../shared/checks/guest/checks.ts';
import { TooMuch } from '../../shared/checks/guest/unseen.ts';
import type { NamePart } from '../../shared/ports/foreign.ts';
import { makeGuestfish } from '../tools/guestfish-answers.ts';
import { lookInside } from './look.ts';
import { type Looked, type LookHelpers, type LookInput, largestInitramfs } from './look-contract.ts';
import { lookByPart } from './parts.ts';
import { makeReader } from './reader.ts';

/** Inspects an image and judges the facts, as a task for the door: all imports of this file are loaded in its process. */
export async function look({ isBackup, without }: LookInput, helpers: LookHelpers, begin: NamePart): Promise<Looked> {
  const parts = lookByPart(without, begin);
  const guestfish = makeGuestfish(helpers.ask);
  const { readSize } = makeReader(guestfish);
  const { view, packages } = await lookInside({
    guestfish,
    parts,
    progress: (percent) => void helpers.progress(percent),
    initramfs: {
      fetch: async (path) => {
        const told = await readSize(path);
        if (told > largestInitramfs.file) throw new TooMuch('the file of an initramfs');
        if (Number.isNaN(told)) return undefined;
        const size = await helpers.fetchInitramfs(path);
        return size === undefined ? undefined : { size, read: (offset, length) => helpers.readFetched(offset, length) };
      },
      unpack: async (at, codec, length) => {
        const unpacked = await helpers.unpackInitramfs(at, codec, length);
        if (unpacked === 'too-much') throw new TooMuch('what comes out of an initramfs');
        if (unpacked === undefined) return undefined;
        const { size, whole } = unpacked;
        return { bytes: { size, read: (offset, bytes) => helpers.readUnpacked(offset, bytes) }, whole };
      },
    },
  });
  const findings = await parts.look('checks', () => guestFindings(view));
  const judged = 'value' in findings ? findings.value : incomplete(parts.unseen());
  return { facts: view.facts, packages, findings: isBackup ? judgeAsBackup(judged) : judged };
}
