import { judgeFound, linuxCheck } from './define.ts';

export const cloneLogs = linuxCheck({
  code: 'clone-logs',
  severity: 'advice',
  title: { en: 'No logs left behind', de: 'Keine Protokolle zurückgelassen' },
  problem: {
    en: 'The image contains logs of the old machine ({files}). They reveal details of it and take up space.',
    de: 'Im Image liegen Protokolle der alten Maschine ({files}). Sie verraten Einzelheiten über sie und brauchen Platz.',
  },
  remedy: { en: 'Empty them before you capture the image.', de: 'Leeren Sie sie, bevor Sie das Image erstellen.' },
  commands: [{ on: 'any', run: 'rm -rf /var/log/journal/* && find /var/log -type f -exec truncate -s 0 {} +' }],
  judge: ({ remains: { logs } }) => judgeFound('warn', 'files', logs),
});
