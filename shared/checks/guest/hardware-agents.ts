import { judgeFound, linuxCheck } from './define.ts';

/** Dell OpenManage, HPE, Lenovo, Broadcom RAID, IPMI services, microcode-less machine check daemons: by their packages' names. */
const hardware =
  /^(?:srvadmin-.+|dell-system-update|hp-health|hpssacli|ssacli|ssaducli|hp-ams|amsd|lsvpd|storcli|megacli|perccli|arcconf|ipmievd|openipmi|mcelog|rasdaemon|tlp|thermald|lm-sensors|lm_sensors)$/i;

export const hardwareAgents = linuxCheck({
  code: 'hardware-agents',
  severity: 'advice',
  title: { en: 'No tools of physical machines', de: 'Keine Werkzeuge für physische Maschinen' },
  problem: {
    en: 'Tools and drivers for the hardware of physical machines are installed ({packages}). In an instance they find nothing, and some delay its start.',
    de: 'Es sind Werkzeuge und Treiber für die Hardware physischer Maschinen installiert ({packages}). In einer Instanz finden sie nichts, und manche verzögern den Start.',
  },
  remedy: {
    en: 'Remove these packages with the package manager of the system.',
    de: 'Entfernen Sie diese Pakete mit der Paketverwaltung des Systems.',
  },
  judge: ({ packages }) => {
    const installed = [...packages.keys()].filter((name) => hardware.test(name));
    return judgeFound('warn', 'packages', installed);
  },
});
