import { linuxCheck, whether } from './define.ts';
import { cloudInitRan } from './shown-by.ts';

export const cloudInitInstalled = linuxCheck({
  code: 'cloud-init-installed',
  severity: 'required',
  shownBy: cloudInitRan,
  title: {
    en: 'cloud-init',
    de: 'cloud-init',
  },
  problem: {
    en: 'cloud-init is not installed. An instance gets neither host name nor SSH key nor network configuration.',
    de: 'cloud-init ist nicht installiert. Eine Instanz erhält weder Hostnamen noch SSH-Schlüssel noch Netzwerkkonfiguration.',
  },
  remedy: {
    en: 'Install it in the image.',
    de: 'Installieren Sie es im Image.',
  },
  commands: [
    { on: 'debian', run: 'apt-get install cloud-init' },
    { on: 'rhel', run: 'dnf install cloud-init' },
    { on: 'suse', run: 'zypper install cloud-init' },
    { on: 'alpine', run: 'apk add cloud-init && setup-cloud-init' },
  ],
  judge: ({ cloudInit }) => ({ outcome: whether(cloudInit.installed) }),
});
