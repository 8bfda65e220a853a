import type { Finding } from '../../contracts/finding.ts';
import { architecture } from './architecture.ts';
import { bootLoader } from './boot-loader.ts';
import { cloneCredentials } from './clone-credentials.ts';
import { cloneHistories } from './clone-histories.ts';
import { cloneHostKeys } from './clone-host-keys.ts';
import { cloneMachineId } from './clone-machine-id.ts';
import { cloudInitEnabled } from './cloud-init-enabled.ts';
import { cloudInitInstalled } from './cloud-init-installed.ts';
import type { GuestCheck } from './define.ts';
import { diskGrowth } from './disk-growth.ts';
import { foreignTools } from './foreign-tools.ts';
import { fstabDevices } from './fstab-devices.ts';
import { kernelVersion } from './kernel-version.ts';
import { networkBoundToMac } from './network-bound-to-mac.ts';
import { operatingSystem } from './operating-system.ts';
import { serialConsole } from './serial-console.ts';
import { sshServer } from './ssh-server.ts';
import type { GuestView } from './view.ts';
import { virtioBlockInitramfs } from './virtio-block-initramfs.ts';
import { virtioNet } from './virtio-net.ts';
import { windowsCloudbaseInit } from './windows-cloudbase-init.ts';
import { windowsVirtio } from './windows-virtio.ts';

/** Every check of what is inside an image, in the order in which reports tell them. To add one: a module beside this file, and a line here. */
export const guestChecks: readonly GuestCheck[] = [
  // Does it start?
  operatingSystem,
  architecture,
  bootLoader,
  kernelVersion,
  virtioBlockInitramfs,
  virtioNet,
  fstabDevices,
  serialConsole,
  // Does it become the instance that it is told to be?
  cloudInitInstalled,
  cloudInitEnabled,
  networkBoundToMac,
  sshServer,
  diskGrowth,
  // Can many be made of it?
  cloneMachineId,
  cloneHostKeys,
  cloneCredentials,
  cloneHistories,
  foreignTools,
  // Windows
  windowsVirtio,
  windowsCloudbaseInit,
];

export const guestFindings = (view: GuestView): Finding[] =>
  guestChecks.flatMap(({ code, judge }) => {
    const judgement = judge(view);
    return judgement
      ? [{ code, step: 'inspect' as const, outcome: judgement.outcome, params: judgement.params ?? {} }]
      : [];
  });
