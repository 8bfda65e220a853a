import { judgeFound, linuxCheck } from './define.ts';

export const cloneManagementIdentity = linuxCheck({
  code: 'clone-management-identity',
  severity: 'advice',
  title: {
    en: 'No identity in management tools left behind',
    de: 'Keine Identität in Verwaltungswerkzeugen zurückgelassen',
  },
  problem: {
    en: 'The image contains keys of the old machine for management tools ({files}). All instances would appear there as one machine.',
    de: 'Im Image liegen Schlüssel der alten Maschine für Verwaltungswerkzeuge ({files}). Alle Instanzen würden dort als eine Maschine erscheinen.',
  },
  remedy: {
    en: 'Remove them. Let each instance register itself at its first start.',
    de: 'Entfernen Sie sie. Lassen Sie jede Instanz sich bei ihrem ersten Start selbst anmelden.',
  },
  judge: ({ remains: { managementIdentities } }) => judgeFound('warn', 'files', managementIdentities),
});
