import { windowsCheck } from './define.ts';

export const windowsRemoteDesktop = windowsCheck({
  code: 'windows-remote-desktop',
  severity: 'advice',
  title: { en: 'Remote Desktop is reachable', de: 'Remotedesktop ist erreichbar' },
  problem: {
    en: 'Remote Desktop is off, or the firewall blocks it ({setting}). Users could reach an instance only through its console.',
    de: 'Remotedesktop ist ausgeschaltet, oder die Firewall sperrt ihn ({setting}). Benutzer könnten eine Instanz nur über ihre Konsole erreichen.',
  },
  remedy: {
    en: 'Turn Remote Desktop on and allow it in the firewall, unless users connect in another way.',
    de: 'Schalten Sie Remotedesktop ein und erlauben Sie ihn in der Firewall, sofern Benutzer sich nicht auf anderem Weg verbinden.',
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
