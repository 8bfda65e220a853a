import { windowsCheck } from './define.ts';

export const windowsRemoteDesktop = windowsCheck({
  code: 'windows-remote-desktop',
  severity: 'advice',
  title: { en: 'Remote Desktop lets users in', de: 'Remotedesktop lässt Benutzer ein' },
  problem: {
    en: 'Remote Desktop is off, or the firewall keeps it out ({setting}): users of an instance could only reach it by its console.',
    de: 'Remotedesktop ist ausgeschaltet, oder die Firewall sperrt ihn ({setting}): Benutzer einer Instanz kämen nur über deren Konsole hinein.',
  },
  remedy: {
    en: 'Turn Remote Desktop on and let it through the firewall, unless users come in another way.',
    de: 'Schalten Sie Remotedesktop ein und lassen Sie ihn durch die Firewall, sofern Benutzer nicht auf anderem Weg hineinkommen.',
  },
  commands: [
    {
      on: 'windows',
      run: 'reg.exe add "HKLM\\SYSTEM\\CurrentControlSet\\Control\\Terminal Server" /v fDenyTSConnections /t REG_DWORD /d 0 /f',
    },
    {
      on: 'windows',
      run: 'powershell.exe -Command "Enable-NetFirewallRule -Name RemoteDesktop-UserMode-In-TCP"',
    },
  ],
  judge: ({ remoteDesktop: { allowed, firewallRule } }) => {
    if (!allowed) return { outcome: 'warn', params: { setting: 'fDenyTSConnections' } };
    return { outcome: firewallRule === false ? 'warn' : 'pass', params: { setting: 'RemoteDesktop-UserMode-In-TCP' } };
  },
});
