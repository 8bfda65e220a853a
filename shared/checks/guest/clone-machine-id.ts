import { judgeFound, linuxCheck } from './define.ts';
import { ifSeen } from './unseen.ts';

/** machine-id(5): empty or "uninitialized" is made again at the first boot; D-Bus has a link to it, or a copy of its own. */
export const cloneMachineId = linuxCheck({
  code: 'clone-machine-id',
  severity: 'advice',
  title: { en: 'Machine id is not set', de: 'Machine-ID ist nicht gesetzt' },
  problem: {
    en: 'All instances would have the same machine id ({files}), and perhaps the same DHCP address.',
    de: 'Alle Instanzen hätten dieselbe Machine-ID ({files}) und damit womöglich dieselbe DHCP-Adresse.',
  },
  remedy: {
    en: 'Empty it before you capture the image, and remove it from the kernel command line.',
    de: 'Leeren Sie sie, bevor Sie das Image erstellen, und entfernen Sie sie aus der Kernel-Kommandozeile.',
  },
  commands: [{ on: 'any', run: 'truncate -s 0 /etc/machine-id; rm -f /var/lib/dbus/machine-id' }],
  judge: ({ remains: { machineId, dbusMachineId }, startup }) => {
    const lines = ifSeen(() => startup.kernelLines, []);
    // The command line overrides all files. kernel-command-line(7)
    const onCommandLine = lines.some((line) => /(?:^|\s)systemd\.machine_id=[0-9a-f]/i.test(line));
    return judgeFound('warn', 'files', [
      ...(onCommandLine ? ['systemd.machine_id='] : []),
      ...(!machineId || machineId === 'uninitialized' ? [] : ['/etc/machine-id']),
      ...(dbusMachineId ? ['/var/lib/dbus/machine-id'] : []),
    ]);
  },
});
