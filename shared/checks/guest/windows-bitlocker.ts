import { diskCheck, type GuestCheck, judgeFound } from './define.ts';
import { started } from './shown-by.ts';

/** For the disk as a whole, because the inspection cannot see a Windows on an encrypted volume. */
export const windowsBitLocker: GuestCheck = {
  ...diskCheck({
    code: 'windows-bitlocker',
    severity: 'required',
    shownBy: started,
    title: { en: 'No BitLocker', de: 'Kein BitLocker' },
    problem: {
      en: 'Volumes are encrypted with BitLocker ({volumes}). Their key is bound to the old machine. An instance would ask for the recovery key at its start, and the content could not be inspected.',
      de: 'Volumes sind mit BitLocker verschlüsselt ({volumes}). Der Schlüssel ist an die alte Maschine gebunden. Eine Instanz würde beim Start nach dem Wiederherstellungsschlüssel fragen, und der Inhalt ließ sich nicht untersuchen.',
    },
    remedy: {
      en: 'Turn BitLocker off, wait until everything is decrypted (manage-bde -status), then upload the disk again.',
      de: 'Schalten Sie BitLocker aus, warten Sie, bis alles entschlüsselt ist (manage-bde -status), und laden Sie den Datenträger erneut hoch.',
    },
    commands: [{ on: 'windows', run: 'manage-bde.exe -off C:' }],
    judge: ({ disk: { volumes }, facts: { osType } }) => {
      const windows = osType === 'windows';
      const bitLocker = volumes.filter(({ type }) => type === 'BitLocker').map(({ device }) => device);
      if (bitLocker.length === 0 && !windows) return undefined;
      // Where a Windows was seen, it is another volume that is encrypted.
      return judgeFound(windows ? 'warn' : 'fail', 'volumes', bitLocker);
    },
  }),
  appliesTo: 'windows',
};
