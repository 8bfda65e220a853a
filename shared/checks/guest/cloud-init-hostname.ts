import { advise, linuxCheck } from './define.ts';

export const cloudInitHostname = linuxCheck({
  code: 'cloud-init-hostname',
  severity: 'advice',
  title: { en: 'cloud-init sets the host name', de: 'cloud-init setzt den Hostnamen' },
  problem: {
    en: 'preserve_hostname is on. Every instance keeps the host name of the image instead of its own.',
    de: 'preserve_hostname ist eingeschaltet: Jede Instanz behält den Hostnamen des Images statt ihres eigenen.',
  },
  remedy: {
    en: 'Set preserve_hostname: false in /etc/cloud/cloud.cfg.',
    de: 'Setzen Sie preserve_hostname: false in /etc/cloud/cloud.cfg.',
  },
  commands: [{ on: 'any', run: "echo 'preserve_hostname: false' > /etc/cloud/cloud.cfg.d/99_hostname.cfg" }],
  judge: ({ cloudInit: { installed, config } }) =>
    installed && config ? advise(!config.preservesHostname) : undefined,
});
