import { linuxCheck } from './define.ts';

/** A MiB is more than what skeleton files and shell settings take. */
export const cloneHomeData = linuxCheck({
  code: 'clone-home-data',
  severity: 'advice',
  title: { en: 'No home data left behind', de: 'Keine persönlichen Daten zurückgelassen' },
  problem: {
    en: '{megabytes} MB of data are in /root and /home; every user of an instance gets them.',
    de: 'In /root und /home liegen {megabytes} MB Daten; jeder Benutzer einer Instanz bekommt sie.',
  },
  remedy: { en: 'Remove what is not meant for everybody.', de: 'Entfernen Sie, was nicht für alle gedacht ist.' },
  judge: ({ remains: { homeKilobytes } }) => ({
    outcome: homeKilobytes > 1024 ? 'warn' : 'pass',
    params: { megabytes: Math.ceil(homeKilobytes / 1024) },
  }),
});
