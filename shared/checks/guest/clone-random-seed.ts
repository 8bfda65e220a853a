import { judgeFound, linuxCheck } from './define.ts';

export const cloneRandomSeed = linuxCheck({
  code: 'clone-random-seed',
  severity: 'advice',
  title: { en: 'No random seed left behind', de: 'Kein Zufalls-Startwert zurückgelassen' },
  problem: {
    en: 'The image contains a saved random seed ({files}). All instances start from the same seed.',
    de: 'Im Image liegt ein gespeicherter Zufalls-Startwert ({files}). Alle Instanzen beginnen mit demselben Wert.',
  },
  remedy: { en: 'Remove it. The system creates a new one.', de: 'Entfernen Sie ihn. Das System erzeugt einen neuen.' },
  commands: [
    { on: 'any', run: 'rm -f /var/lib/systemd/random-seed /var/lib/urandom/random-seed /boot/efi/loader/random-seed' },
  ],
  judge: ({ remains: { randomSeeds } }) => judgeFound('warn', 'files', randomSeeds),
});
