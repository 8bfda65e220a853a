import { whether, windowsCheck } from './define.ts';
import { started } from './shown-by.ts';
import { ifSeen, someHolds } from './unseen.ts';

const vista = 6;

export const windowsBootStore = windowsCheck({
  code: 'windows-boot-store',
  severity: 'required',
  shownBy: started,
  title: { en: 'Boot configuration of Windows', de: 'Startkonfiguration von Windows' },
  problem: {
    en: 'The disk is set up to start with {firmware}, but it has no boot configuration (BCD) for that. Windows would stop with "Boot Configuration Data is missing".',
    de: 'Der Datenträger ist für den Start mit {firmware} eingerichtet, hat dafür aber keine Startkonfiguration (BCD). Windows bliebe mit "Startkonfigurationsdaten fehlen" stehen.',
  },
  remedy: {
    en: 'Recreate it in Windows or in its recovery console, or upload all disks of the machine as one.',
    de: 'Schreiben Sie sie in Windows oder seiner Wiederherstellungskonsole neu, oder laden Sie alle Datenträger der Maschine als einen hoch.',
  },
  commands: [{ on: 'windows', run: 'bcdboot.exe C:\\Windows /f ALL' }],
  judge: (view, { facts: { firmware = [] } }) => {
    // Windows XP and Server 2003 have boot.ini. Another check reports a disk that cannot start at all.
    if (firmware.length === 0 || ifSeen(() => view.version.major < vista, false)) return undefined;
    const { bootStores } = view;
    const outcome = whether(someHolds(firmware, (each) => bootStores[each]));
    return { outcome, params: { firmware: firmware.map((each) => each.toUpperCase()).join(', ') } };
  },
});
