import { judgeFound, linuxCheck } from './define.ts';

export const cloneHistories = linuxCheck({
  code: 'clone-histories',
  severity: 'advice',
  title: {
    en: 'No shell histories left behind',
    de: 'Keine Shell-Verläufe zurückgelassen',
  },
  problem: {
    en: 'The image contains shell histories ({files}). They often contain passwords.',
    de: 'Im Image liegen Shell-Verläufe ({files}). Sie enthalten oft Passwörter.',
  },
  remedy: {
    en: 'Remove them before you capture the image.',
    de: 'Entfernen Sie sie, bevor Sie das Image erstellen.',
  },
  commands: [{ on: 'any', run: 'rm -f /root/.*_history /home/*/.*_history' }],
  judge: ({ remains: { histories } }) => judgeFound('warn', 'files', histories),
});
