import { randomInt } from 'node:crypto';
import type { Finding } from '../../shared/contracts/finding.ts';
import type { GuestFacts } from '../../shared/contracts/run.ts';
import type { ConfigDrive } from './config-drive.ts';
import { type DhcpRequest, dhcpRequest } from './dhcp.ts';
import { explainWindows, windowsHasEnded } from './explain-windows.ts';
import { bootFinding } from './finding.ts';
import { guestAgent } from './guest-agent.ts';
import { agentPort } from './ports.ts';
import type { QmpEvent } from './qmp-events.ts';
import { type BootWatch, lastLine } from './watch.ts';
import type { BootEnd } from './watch-contract.ts';

/** Microsoft, MS-DHCPE 2.2.3: how Windows since 2000 names itself. */
const microsoft = 'MSFT 5.0';

const askEverySeconds = 5;

/** INACCESSIBLE_BOOT_DEVICE. Microsoft, "Bug check code reference" */
const noBootDevice = 0x7b;

/**
 * A Windows writes nothing useful to a console. It runs when its guest agent answers, or when its network adapter (always netkvm) requests an address in
 * Microsoft's words; the first of the two counts. Both report its name, which shows whether it has applied its seed.
 */
export function watchWindows(guest: GuestFacts, drive: ConfigDrive): BootWatch {
  const agent = guestAgent(randomInt(2 ** 31));
  let agentListens = false;
  let asked = Number.NEGATIVE_INFINITY;
  const toAgent: Buffer[] = [];
  let dhcp: DhcpRequest | undefined;
  let panic: string | undefined;
  let heardAt: number | undefined;

  const names = (): string[] =>
    [agent.answers()?.hostname, dhcp?.hostname].filter((name) => name !== undefined && name !== '') as string[];
  const isNamed = (): boolean =>
    names().some((name) => name.split('.')[0]?.toLowerCase() === drive.hostname.toLowerCase());
  const runs = (): boolean => agent.answers() !== undefined || dhcp !== undefined;

  return {
    ports: {
      [agentPort]: (chunk) => {
        const next = agent.read(chunk);
        if (next) toAgent.push(next);
      },
    },
    onFrame: (frame) => {
      const request = dhcpRequest(frame);
      if (request?.vendorClass === microsoft) dhcp = request;
    },
    onEvent: ({ event, data }) => {
      if (event === 'VSERPORT_CHANGE' && data.id === agentPort) agentListens = data.open === true;
      if (event === 'GUEST_PANICKED') panic ??= stopCode(data);
    },
    look: ({ log, silentSeconds, seconds, allowedSeconds, accelerator }, { write }) => {
      for (const bytes of toAgent.splice(0)) write(agentPort, bytes);
      // The agent may have stopped and started again: Windows restarts during its setup.
      if (agentListens && seconds - asked >= askEverySeconds) {
        asked = seconds;
        write(agentPort, agent.greeting());
      }
      if (panic !== undefined) return 'stuck';
      if (runs()) {
        heardAt ??= seconds;
        // Cloudbase-Init runs last, and its name counts only after another start.
        const patience = guest.cloudbaseInit ? allowedSeconds / 2 : askEverySeconds;
        return isNamed() || seconds - heardAt >= patience ? 'told' : undefined;
      }
      return windowsHasEnded(log, silentSeconds, accelerator) ? 'stuck' : undefined;
    },
    judge: (end, log) => {
      if (panic !== undefined) return [judgePanic(panic)];
      if (!runs()) return [unheard(end, log, guest)];
      const answers = agent.answers();
      return [
        bootFinding('boot-windows-running', 'pass', {
          sign: [answers ? 'QEMU guest agent' : '', dhcp ? 'DHCP' : ''].filter(Boolean).join(', '),
          system: answers?.system ?? '-',
        }),
        // Without Cloudbase-Init nothing would apply the settings, and another check reports that.
        ...(isNamed() || guest.cloudbaseInit
          ? [
              bootFinding('boot-windows-seed-applied', isNamed() ? 'pass' : 'unknown', {
                expected: drive.hostname,
                name: names().join(', ') || '-',
              }),
            ]
          : []),
      ];
    },
  };
}

/** Hyper-V's way, which Windows uses under KVM, includes its stop code; pvpanic only reports that it has stopped. */
function stopCode({ info }: QmpEvent['data']): string {
  const { type, arg1 } = (typeof info === 'object' && info !== null ? info : {}) as Record<string, unknown>;
  return type === 'hyper-v' && typeof arg1 === 'number' ? `0x${arg1.toString(16).toUpperCase()}` : '-';
}

function judgePanic(code: string): Finding {
  return Number(code) === noBootDevice
    ? bootFinding('boot-windows-no-boot-device', 'fail', { code })
    : bootFinding('boot-windows-stopped', 'fail', { code });
}

function unheard(end: BootEnd, log: string, guest: GuestFacts): Finding {
  const line = lastLine(log);
  const failure = explainWindows(log);
  if (failure) return bootFinding(failure, 'fail', { line });
  if (end === 'ended') return bootFinding('boot-windows-shut-down', 'fail', { line });
  // An installed agent would have answered. Without one, a Windows with a fixed address or without an adapter is as silent as one that hangs.
  return guest.guestAgent
    ? bootFinding('boot-windows-timeout', 'fail', { line })
    : bootFinding('boot-windows-silent', 'unknown', { line });
}
