import { linuxCheck, told } from './define.ts';

export const cloneManagementIdentity = linuxCheck({
  code: 'clone-management-identity',
  severity: 'advice',
  title: {
    en: 'No identity in management tools left behind',
    de: 'Keine Identität in Verwaltungswerkzeugen zurückgelassen',
  },
  problem: {
    en: 'Keys of the old machine for management tools are in the image ({files}): all instances would appear there as one.',
    de: 'Im Image liegen Schlüssel der alten Maschine für Verwaltungswerkzeuge ({files}): Alle Instanzen würden dort als eine erscheinen.',
  },
  remedy: {
    en: 'Remove them; let each instance register itself at its first start.',
    de: 'Entfernen Sie sie; lassen Sie jede Instanz sich bei ihrem ersten Start selbst anmelden.',
  },
  judge: ({ remains: { managementIdentities } }) => told('warn', 'files', managementIdentities),
});
