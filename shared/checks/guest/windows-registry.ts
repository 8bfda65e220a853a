import { cannotTell, whether, windowsCheck } from './define.ts';
import { started } from './shown-by.ts';

export const windowsRegistry = windowsCheck({
  code: 'windows-registry',
  severity: 'required',
  shownBy: started,
  title: { en: 'Registry of Windows', de: 'Registrierung von Windows' },
  problem: {
    en: 'Parts of the registry are missing ({hives}). Their content, such as drivers and services, was not checked.',
    de: 'Teile der Registrierung fehlen ({hives}). Ihr Inhalt, zum Beispiel Treiber und Dienste, wurde nicht geprüft.',
  },
  remedy: {
    en: 'Start the machine once on its old hypervisor, let Windows repair itself, shut it down, and upload the disk again.',
    de: 'Starten Sie die Maschine einmal auf ihrem alten Hypervisor, lassen Sie Windows sich reparieren, fahren Sie sie herunter und laden Sie den Datenträger erneut hoch.',
  },
  judge: ({ registry: { missing, unreadable } }) => {
    if (missing.length === 0 && unreadable.length > 0) return cannotTell('registry', unreadable.join(' '));
    return { outcome: whether(missing.length === 0), params: { hives: [...missing, ...unreadable].join(' ') } };
  },
});
