import { advise, cannotTell, linuxCheck } from './define.ts';

const services = [
  'systemd-timesyncd',
  'chrony',
  'chronyd',
  'ntp',
  'ntpd',
  'ntpsec',
  'openntpd',
  'busybox-ntpd',
  'ntpd-rs',
];

export const timeSync = linuxCheck({
  code: 'time-sync',
  severity: 'advice',
  title: { en: 'Time synchronisation', de: 'Zeitsynchronisation' },
  problem: {
    en: 'Nothing synchronises the clock. Certificates and logins start to fail after some weeks.',
    de: 'Nichts stellt die Uhr. Nach einigen Wochen scheitern Zertifikatsprüfungen und Anmeldungen.',
  },
  remedy: {
    en: 'Install chrony or enable systemd-timesyncd.',
    de: 'Installieren Sie chrony oder aktivieren Sie systemd-timesyncd.',
  },
  commands: [
    { on: 'debian', run: 'apt-get install systemd-timesyncd' },
    { on: 'rhel', run: 'dnf install chrony && systemctl enable chronyd' },
    { on: 'suse', run: 'zypper install chrony && systemctl enable chronyd' },
    { on: 'alpine', run: 'apk add chrony && rc-update add chronyd default' },
  ],
  judge: ({ services: { enabled } }, { facts }) => {
    if (facts.initSystem === 'other') return cannotTell('init-system');
    return advise(services.some((name) => enabled.has(name)));
  },
});
