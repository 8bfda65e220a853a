import { TooMuch, Unseen } from '../../../shared/checks/guest/unseen.ts';
import { readInstalledPackages } from '../../../workers/inspect/packages.ts';
import { lookAtDrivers } from '../../../workers/inspect/windows-drivers.ts';
import { openHive } from '../../../workers/inspect/windows-hive.ts';
import { makeGuestfish } from '../../../workers/tools/guestfish-answers.ts';
import type { AskGuestfish } from '../../../workers/tools/guestfish-complaints.ts';

/** What is too much, or cannot be read, is told as such: anything else that is thrown is a fault of ours. */
function orUnseen<T>(work: Promise<T>): Promise<T | undefined> {
  return work.catch((error: unknown) => {
    if (error instanceof TooMuch || error instanceof Unseen) return undefined;
    throw error;
  });
}

type Helpers = { ask: AskGuestfish };

/** As a look does it, in the process for foreign bytes. @returns how many, or `undefined` when they cannot be told */
export async function packagesIn(root: string, { ask }: Helpers): Promise<number | undefined> {
  return (await orUnseen(readInstalledPackages(makeGuestfish(ask), root)))?.length;
}

/** What is asked of SYSTEM. @returns whether it could be opened, and what one of its drivers says */
export async function hiveIn(path: string, { ask }: Helpers): Promise<Seen> {
  return (await orUnseen(lookAtHive(path, ask))) ?? { opened: false };
}

type Seen = { opened: boolean; start?: number | undefined };

async function lookAtHive(path: string, ask: AskGuestfish): Promise<Seen> {
  const hive = await openHive(makeGuestfish(ask), path, 'SYSTEM');
  if (!hive) return { opened: false };
  await hive.dword('Select', 'Current');
  await hive.filled('ControlSet001\\Control\\Session Manager', 'PendingFileRenameOperations');
  await hive.text('ControlSet001\\Control\\Large', 'Text');
  const drivers = await lookAtDrivers(hive, 'ControlSet001', [], []);
  return { opened: true, start: drivers.get('viostor')?.start };
}
