import { advised, linuxCheck } from './define.ts';

/** hwclock(8): the third line of /etc/adjtime is UTC or LOCAL. */
export const clockUtc = linuxCheck({
  code: 'clock-utc',
  severity: 'advice',
  title: { en: 'Hardware clock in UTC', de: 'Hardware-Uhr in UTC' },
  problem: {
    en: 'The system takes the hardware clock for local time (/etc/adjtime); the platform gives it UTC, so that the time is wrong by hours until it is corrected over the network.',
    de: 'Das System hält die Hardware-Uhr für Ortszeit (/etc/adjtime); die Plattform gibt ihr UTC, so dass die Zeit um Stunden falsch ist, bis sie über das Netzwerk berichtigt wird.',
  },
  remedy: { en: 'Let it be UTC.', de: 'Stellen Sie sie auf UTC um.' },
  commands: [{ on: 'any', run: 'timedatectl set-local-rtc 0' }],
  judge: ({ services: { localClock } }) => advised(!localClock),
});
