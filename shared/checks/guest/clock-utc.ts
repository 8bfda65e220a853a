import { advise, linuxCheck } from './define.ts';

/** hwclock(8): the third line of /etc/adjtime is UTC or LOCAL. */
export const clockUtc = linuxCheck({
  code: 'clock-utc',
  severity: 'advice',
  title: { en: 'Hardware clock in UTC', de: 'Hardware-Uhr in UTC' },
  problem: {
    en: 'The system reads the hardware clock as local time (/etc/adjtime), but the platform sets it to UTC. The time is wrong by hours until the network corrects it.',
    de: 'Das System liest die Hardware-Uhr als Ortszeit (/etc/adjtime), aber die Plattform stellt sie auf UTC. Die Zeit ist um Stunden falsch, bis sie über das Netzwerk korrigiert wird.',
  },
  remedy: { en: 'Set it to UTC.', de: 'Stellen Sie sie auf UTC um.' },
  commands: [{ on: 'any', run: 'timedatectl set-local-rtc 0' }],
  judge: ({ services: { localClock } }) => advise(!localClock),
});
