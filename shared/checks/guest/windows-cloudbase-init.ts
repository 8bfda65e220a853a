import { whether, windowsCheck } from './define.ts';

export const windowsCloudbaseInit = windowsCheck({
  code: 'windows-cloudbase-init',
  severity: 'required',
  title: { en: 'Cloudbase-Init is installed', de: 'Cloudbase-Init ist installiert' },
  problem: {
    en: 'Cloudbase-Init is not installed. An instance gets neither password nor host name.',
    de: 'Cloudbase-Init ist nicht installiert. Eine Instanz erhält weder Passwort noch Hostnamen.',
  },
  remedy: {
    en: 'Install Cloudbase-Init and let it run sysprep, then upload the disk again.',
    de: 'Installieren Sie Cloudbase-Init, lassen Sie es sysprep ausführen und laden Sie den Datenträger erneut hoch.',
  },
  commands: [{ on: 'windows', run: 'msiexec.exe /i CloudbaseInitSetup_Stable_x64.msi /qn' }],
  judge: ({ cloudbaseInit: { installed } }) => ({ outcome: whether(installed) }),
});
