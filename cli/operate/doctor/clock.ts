import type { Say } from './dependency.ts';

/** More than answers take on the way, less than what makes times in lists and logs puzzling. */
const tolerableSeconds = 30;

/** Compares a server's clock with ours; `asked` and `answered` are ours, in ms. */
export function compareClocks(say: Say, server: Date, { asked, answered }: { asked: number; answered: number }): void {
  const skew = Math.round(skewSeconds(server, asked, answered));
  if (Math.abs(skew) <= tolerableSeconds) return;
  say.warning(
    `Its clock is ${Math.abs(skew)} seconds ${skew > 0 ? 'ahead of' : 'behind'} the clock of this host.`,
    'Synchronise both hosts with a time server (timedatectl set-ntp true). S3 refuses signatures that are 15 minutes off.',
  );
}

function skewSeconds(server: Date, asked: number, answered: number): number {
  if (server.getTime() < asked) return (server.getTime() - asked) / 1000;
  return Math.max(0, server.getTime() - answered) / 1000;
}
