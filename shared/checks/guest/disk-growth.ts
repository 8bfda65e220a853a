import { advised, linuxCheck } from './define.ts';

export const diskGrowth = linuxCheck({
  code: 'disk-growth',
  severity: 'advice',
  title: {
    en: 'Disk can grow',
    de: 'Datenträger kann wachsen',
  },
  problem: {
    en: 'growpart is missing: on a larger disk the root filesystem keeps the size that it has in the image.',
    de: 'growpart fehlt: Auf einem größeren Datenträger behält das Root-Dateisystem die Größe, die es im Image hat.',
  },
  remedy: {
    en: 'Install growpart in the image.',
    de: 'Installieren Sie growpart im Image.',
  },
  commands: [
    { on: 'debian', run: 'apt-get install cloud-guest-utils' },
    { on: 'rhel', run: 'dnf install cloud-utils-growpart' },
    { on: 'suse', run: 'zypper install growpart' },
    { on: 'alpine', run: 'apk add cloud-utils-growpart' },
  ],
  judge: ({ services: { growpart } }) => advised(growpart),
});
