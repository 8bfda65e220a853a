import { linuxCheck, told } from './define.ts';

export const cloneHistories = linuxCheck({
  code: 'clone-histories',
  severity: 'advice',
  title: {
    en: 'No shell histories left behind',
    de: 'Keine Shell-Verläufe zurückgelassen',
  },
  problem: {
    en: 'Shell histories are in the image ({files}); they often hold passwords.',
    de: 'Im Image liegen Shell-Verläufe ({files}); oft enthalten sie Passwörter.',
  },
  remedy: {
    en: 'Remove them before you take the image.',
    de: 'Entfernen Sie sie, bevor Sie das Image erstellen.',
  },
  commands: [{ on: 'any', run: 'rm -f /root/.*_history /home/*/.*_history' }],
  judge: ({ remains: { histories } }) => told('warn', 'files', histories),
});
