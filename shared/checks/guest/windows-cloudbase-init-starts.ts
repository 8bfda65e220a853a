import { whether, windowsCheck } from './define.ts';

const automatic = 2;

export const windowsCloudbaseInitStarts = windowsCheck({
  code: 'windows-cloudbase-init-starts',
  severity: 'required',
  title: { en: 'Cloudbase-Init starts with Windows', de: 'Cloudbase-Init startet mit Windows' },
  problem: {
    en: 'Cloudbase-Init is installed, but its service is not set to start (Start={start}). An instance gets neither password nor host name.',
    de: 'Cloudbase-Init ist installiert, aber sein Dienst startet nicht (Start={start}). Eine Instanz erhält weder Passwort noch Hostnamen.',
  },
  remedy: {
    en: 'Set the service to start. If sysprep is meant to do this, SetupComplete.cmd must contain the line that Cloudbase-Init adds there.',
    de: 'Stellen Sie den Dienst auf automatischen Start. Wenn sysprep das tun soll, muss in SetupComplete.cmd die Zeile stehen, die Cloudbase-Init dort einträgt.',
  },
  commands: [{ on: 'windows', run: 'sc.exe config cloudbase-init start= auto' }],
  judge: ({ cloudbaseInit }) => {
    if (!cloudbaseInit.installed) return undefined;
    if (cloudbaseInit.startedBySetup) return { outcome: 'pass' };
    const { start } = cloudbaseInit;
    return { outcome: whether(start === automatic), params: { start: start ?? '-' } };
  },
});
