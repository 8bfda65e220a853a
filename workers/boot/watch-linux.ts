import type { Finding } from '../../shared/contracts/finding.ts';
import type { GuestFacts } from '../../shared/contracts/run.ts';
import { type BootReport, parseReport } from './console-text.ts';
import { explainBoot } from './explain.ts';
import { bootFinding } from './finding.ts';
import { hasEnded } from './has-ended.ts';
import { reportPort } from './ports.ts';
import type { Seed } from './seed.ts';
import { type BootWatch, lastLine } from './watch.ts';

const mostOfPort = 64 * 1024;

/** Waits until cloud-init has applied its seed and reports that itself. */
export function watchLinux(guest: GuestFacts, seed: Seed): BootWatch {
  let port = '';
  let report: BootReport | undefined;
  return {
    ports: {
      [reportPort]: (chunk) => {
        port = (port + chunk.toString('latin1')).slice(-mostOfPort);
      },
    },
    look: ({ log, silentSeconds, accelerator }) => {
      report ??= parseReport(port, seed.token) ?? parseReport(log, seed.token);
      if (report) return 'told';
      return hasEnded(log, silentSeconds, accelerator) ? 'stuck' : undefined;
    },
    judge: (end, log) => {
      if (report) return judge(report, seed.hostname);
      const code = explainBoot(log, { ended: end === 'ended', cloudInit: guest.cloudInit !== undefined });
      return [bootFinding(code, 'fail', { line: lastLine(log) })];
    },
  };
}

function judge({ hostname, key, network }: BootReport, expected: string): Finding[] {
  return [
    bootFinding('boot-reached-cloud-init', 'pass'),
    bootFinding('boot-seed-applied', hostname.split('.')[0] === expected && key ? 'pass' : 'fail', {
      missing: [hostname.split('.')[0] === expected ? '' : 'host name', key ? '' : 'SSH key']
        .filter(Boolean)
        .join(', '),
    }),
    bootFinding('boot-network-device', network ? 'pass' : 'fail'),
  ];
}
