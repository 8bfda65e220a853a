import { linuxCheck } from './define.ts';

/** A MiB is more than what skeleton files and shell settings take. */
export const cloneHomeData = linuxCheck({
  code: 'clone-home-data',
  severity: 'advice',
  title: { en: 'No home data left behind', de: 'Keine persönlichen Daten zurückgelassen' },
  problem: {
    en: '/root and /home contain {megabytes} MiB of data. Every user of an instance gets this data.',
    de: 'In /root und /home liegen {megabytes} MiB Daten. Jeder Benutzer einer Instanz bekommt sie.',
  },
  remedy: {
    en: 'Remove the files that are not meant for everybody.',
    de: 'Entfernen Sie die Dateien, die nicht für alle gedacht sind.',
  },
  judge: ({ remains: { homeKilobytes } }) => ({
    outcome: homeKilobytes > 1024 ? 'warn' : 'pass',
    params: { megabytes: Math.ceil(homeKilobytes / 1024) },
  }),
});
