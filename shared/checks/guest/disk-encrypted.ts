import { diskCheck } from './define.ts';
import { started } from './shown-by.ts';
import { isWithoutSystem } from './systems.ts';
import { ifSeen } from './unseen.ts';

export const diskEncrypted = diskCheck({
  code: 'disk-encrypted',
  severity: 'required',
  shownBy: started,
  title: {
    en: 'No encrypted volume',
    de: 'Kein verschlüsseltes Volume',
  },
  problem: {
    en: 'The disk is encrypted with LUKS ({devices}). The start waits for a passphrase that nobody can type, and the encrypted content could not be inspected.',
    de: 'Der Datenträger ist mit LUKS verschlüsselt ({devices}). Der Start wartet auf eine Passphrase, die niemand eingeben kann, und der verschlüsselte Inhalt ließ sich nicht untersuchen.',
  },
  remedy: {
    en: 'Install the system without encryption; the platform can encrypt volumes on request. If a volume is not needed for the start, add nofail in /etc/crypttab and /etc/fstab.',
    de: 'Installieren Sie das System ohne Verschlüsselung; die Plattform kann Volumes auf Wunsch verschlüsseln. Wenn ein Volume zum Start nicht gebraucht wird, ergänzen Sie nofail in /etc/crypttab und /etc/fstab.',
  },
  judge: (view) => {
    const encrypted = view.disk.volumes.filter(({ type }) => type === 'crypto_LUKS');
    const devices = encrypted.map(({ device }) => device);
    if (devices.length === 0) return isWithoutSystem(view) ? undefined : { outcome: 'pass' };
    // A system that the inspection can read is not the encrypted one.
    return {
      outcome: ifSeen(() => view.systems, 0) === 0 ? 'fail' : 'warn',
      params: { devices: devices.join(' ').slice(0, 200) },
    };
  },
});
