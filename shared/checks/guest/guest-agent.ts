import { advise, linuxCheck } from './define.ts';

/** Not having one is no fault: many cloud images have none. That it is there becomes a fact of the image. */
export const guestAgent = linuxCheck({
  code: 'guest-agent',
  severity: 'advice',
  title: { en: 'QEMU guest agent', de: 'QEMU-Gastagent' },
  problem: {
    en: 'The QEMU guest agent is installed but disabled. The platform can neither freeze filesystems for consistent snapshots nor set passwords.',
    de: 'Der QEMU-Gastagent ist installiert, aber abgeschaltet. Die Plattform kann weder Dateisysteme für konsistente Snapshots anhalten noch Passwörter setzen.',
  },
  remedy: { en: 'Enable it again.', de: 'Aktivieren Sie ihn wieder.' },
  commands: [{ on: 'any', run: 'systemctl unmask qemu-guest-agent' }],
  judge: ({ services: { guestAgent } }) => (guestAgent === 'missing' ? undefined : advise(guestAgent === 'there')),
});
