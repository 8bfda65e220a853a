import { linuxCheck, told } from './define.ts';

export const cloneRandomSeed = linuxCheck({
  code: 'clone-random-seed',
  severity: 'advice',
  title: { en: 'No random seed left behind', de: 'Kein Zufalls-Startwert zurückgelassen' },
  problem: {
    en: 'A saved random seed is in the image ({files}): all instances start from the same one.',
    de: 'Im Image liegt ein gespeicherter Zufalls-Startwert ({files}): Alle Instanzen beginnen mit demselben.',
  },
  remedy: { en: 'Remove it; the system makes a new one.', de: 'Entfernen Sie ihn; das System erzeugt einen neuen.' },
  commands: [
    { on: 'any', run: 'rm -f /var/lib/systemd/random-seed /var/lib/urandom/random-seed /boot/efi/loader/random-seed' },
  ],
  judge: ({ remains: { randomSeeds } }) => told('warn', 'files', randomSeeds),
});
