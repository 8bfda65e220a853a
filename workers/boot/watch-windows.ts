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
 * A Windows has no console that tells about it. It runs when its guest agent answers, or when its network adapter (netkvm, there is no other) asks
 * for an address in Microsoft's words; whichever comes first. Either tells its name too, by which it is seen whether it picked up its seed.
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
  const named = (): boolean =>
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
      // It may have gone and come again: Windows starts again while it sets itself up.
      if (agentListens && seconds - asked >= askEverySeconds) {
        asked = seconds;
        write(agentPort, agent.greeting());
      }
      if (panic !== undefined) return 'stuck';
      if (runs()) {
        heardAt ??= seconds;
        // Cloudbase-Init comes last, and its name counts only after another start.
        const patience = guest.cloudbaseInit ? allowedSeconds / 2 : askEverySeconds;
        return named() || seconds - heardAt >= patience ? 'told' : undefined;
      }
      return windowsHasEnded(log, silentSeconds, accelerator) ? 'stuck' : undefined;
    },
    judge: (end, log) => {
      if (panic !== undefined) return [panicked(panic)];
      if (!runs()) return [unheard(end, log, guest)];
      const answers = agent.answers();
      return [
        bootFinding('boot-windows-running', 'pass', {
          sign: [answers ? 'QEMU guest agent' : '', dhcp ? 'DHCP' : ''].filter(Boolean).join(', '),
          system: answers?.system ?? '-',
        }),
        // Without Cloudbase-Init nothing would apply the settings, and another check reports that.
        ...(named() || guest.cloudbaseInit
          ? [
              bootFinding('boot-windows-seed-applied', named() ? 'pass' : 'unknown', {
                expected: drive.hostname,
                name: names().join(', ') || '-',
              }),
            ]
          : []),
      ];
    },
  };
}

/** By Hyper-V's way, which Windows takes under KVM, its own code comes along; pvpanic only tells that it has stopped. */
function stopCode({ info }: QmpEvent['data']): string {
  const { type, arg1 } = (typeof info === 'object' && info !== null ? info : {}) as Record<string, unknown>;
  return type === 'hyper-v' && typeof arg1 === 'number' ? `0x${arg1.toString(16).toUpperCase()}` : '-';
}

function panicked(code: string): Finding {
  return Number(code) === noBootDevice
    ? bootFinding('boot-windows-no-boot-device', 'fail', { code })
    : bootFinding('boot-windows-stopped', 'fail', { code });
}

function unheard(end: BootEnd, log: string, guest: GuestFacts): Finding {
  const line = lastLine(log);
  const failure = explainWindows(log);
  if (failure) return bootFinding(failure, 'fail', { line });
  if (end === 'ended') return bootFinding('boot-windows-shut-down', 'fail', { line });
  // An agent that is installed would have spoken. Without it, one that has a fixed address or no adapter is as silent as one that hangs.
  return guest.guestAgent
    ? bootFinding('boot-windows-timeout', 'fail', { line })
    : bootFinding('boot-windows-silent', 'unknown', { line });
}
