import { windowsCheck } from './define.ts';

/**
 * virtio-win and Cloudbase-Init are made and tested for Windows 10, Server 2016 and later; for 7 to 8.1 and 2008 R2 to 2012 R2 there
 * are older releases, and before those neither fits.
 */
export const windowsVersion = windowsCheck({
  code: 'windows-version',
  severity: 'required',
  title: { en: 'Version of Windows', de: 'Windows-Version' },
  problem: {
    en: 'This Windows ({version}) is old. Microsoft no longer supports it. Current virtio drivers and Cloudbase-Init are for Windows 10, Server 2016 and later. For systems before Windows 7 and Server 2008 R2, no working versions exist.',
    de: 'Dieses Windows ({version}) ist alt. Microsoft unterstützt es nicht mehr. Aktuelle virtio-Treiber und Cloudbase-Init sind für Windows 10, Server 2016 und neuer. Für Systeme vor Windows 7 und Server 2008 R2 gibt es keine funktionierenden Versionen.',
  },
  remedy: {
    en: 'Upgrade to a supported version, or use the last virtio-win and Cloudbase-Init that support this one.',
    de: 'Steigen Sie auf eine unterstützte Version um, oder verwenden Sie die letzten Versionen von virtio-win und Cloudbase-Init, die diese unterstützen.',
  },
  judge: ({ version: { major, minor } }) => {
    const outcome = major >= 10 ? 'pass' : major > 6 || (major === 6 && minor >= 1) ? 'warn' : 'fail';
    return { outcome, params: { version: `${major}.${minor}` } };
  },
});
