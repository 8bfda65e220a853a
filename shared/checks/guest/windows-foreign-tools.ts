import { judgeFound, windowsCheck } from './define.ts';

export const windowsForeignTools = windowsCheck({
  code: 'windows-foreign-tools',
  severity: 'advice',
  title: {
    en: 'No tools of other hypervisors in Windows',
    de: 'Keine Werkzeuge anderer Hypervisoren in Windows',
  },
  problem: {
    en: 'Tools of another hypervisor are installed ({tools}). Under KVM they are useless or cause problems, and cannot always be removed there.',
    de: 'Es sind Werkzeuge eines anderen Hypervisors installiert ({tools}). Unter KVM sind sie nutzlos oder stören, und dort lassen sie sich nicht immer entfernen.',
  },
  remedy: {
    en: 'Remove them in "Apps" of Windows while the machine still runs on its old hypervisor.',
    de: 'Entfernen Sie sie in Windows unter "Apps", solange die Maschine noch auf ihrem alten Hypervisor läuft.',
  },
  commands: [{ on: 'windows', run: 'control.exe appwiz.cpl' }],
  judge: ({ foreignTools }) => judgeFound('warn', 'tools', foreignTools, ', '),
});
