import { linuxCheck } from './define.ts';

/** Versions are of packages: `0.7.9-2`, `22.4.2-1+deb12u3`, `1:18.5`. */
export const cloudInitVersion = linuxCheck({
  code: 'cloud-init-version',
  severity: 'advice',
  title: { en: 'cloud-init is new enough', de: 'cloud-init ist neu genug' },
  problem: {
    en: 'cloud-init {version} is older than 0.7.9. It does not apply the network configuration of the platform on every system.',
    de: 'cloud-init {version} ist älter als 0.7.9: Es übernimmt die Netzwerkkonfiguration der Plattform nicht auf jedem System.',
  },
  remedy: {
    en: 'Install a newer version, or a newer release of the distribution.',
    de: 'Installieren Sie eine neuere Version oder eine neuere Ausgabe der Distribution.',
  },
  judge: ({ cloudInit }) => {
    if (!cloudInit.installed) return undefined;
    const { version } = cloudInit;
    const [major = 0, minor = 0, patch = 0] = version
      .replace(/^\d+:/, '')
      .split(/[^0-9]+/)
      .map(Number);
    const old = major === 0 && (minor < 7 || (minor === 7 && patch < 9));
    return { outcome: old ? 'warn' : 'pass', params: { version } };
  },
});
