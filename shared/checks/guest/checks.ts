import type { Finding } from '../../contracts/finding.ts';
import { architecture } from './architecture.ts';
import { biosBootPartition } from './bios-boot-partition.ts';
import { bootActivePartition } from './boot-active-partition.ts';
import { bootLoader } from './boot-loader.ts';
import { bootSectorComplete } from './boot-sector-complete.ts';
import { clockUtc } from './clock-utc.ts';
import { cloneCloudIdentity } from './clone-cloud-identity.ts';
import { cloneCloudInit } from './clone-cloud-init.ts';
import { cloneCredentials } from './clone-credentials.ts';
import { cloneDhcpLeases } from './clone-dhcp-leases.ts';
import { cloneEmptyPassword } from './clone-empty-password.ts';
import { cloneHistories } from './clone-histories.ts';
import { cloneHomeData } from './clone-home-data.ts';
import { cloneHostKeys } from './clone-host-keys.ts';
import { cloneLogs } from './clone-logs.ts';
import { cloneMachineId } from './clone-machine-id.ts';
import { cloneManagementIdentity } from './clone-management-identity.ts';
import { clonePrivateKeys } from './clone-private-keys.ts';
import { cloneRandomSeed } from './clone-random-seed.ts';
import { cloneSubscriptions } from './clone-subscriptions.ts';
import { cloneSudo } from './clone-sudo.ts';
import { cloneUsers } from './clone-users.ts';
import { cloudInitDatasources } from './cloud-init-datasources.ts';
import { cloudInitEnabled } from './cloud-init-enabled.ts';
import { cloudInitHostname } from './cloud-init-hostname.ts';
import { cloudInitInstalled } from './cloud-init-installed.ts';
import { cloudInitModules } from './cloud-init-modules.ts';
import { cloudInitNetwork } from './cloud-init-network.ts';
import { cloudInitVersion } from './cloud-init-version.ts';
import type { GuestCheck } from './define.ts';
import { diskEncrypted } from './disk-encrypted.ts';
import { diskGrowth } from './disk-growth.ts';
import { efiFallbackLoader } from './efi-fallback-loader.ts';
import { efiSystemPartition } from './efi-system-partition.ts';
import { foreignTools } from './foreign-tools.ts';
import { fstabDevices } from './fstab-devices.ts';
import { fstabMissing } from './fstab-missing.ts';
import { fstabNetwork } from './fstab-network.ts';
import { fstabSwap } from './fstab-swap.ts';
import { guestAgent } from './guest-agent.ts';
import type { GuestView } from './guest-view.ts';
import { hardwareAgents } from './hardware-agents.ts';
import { initramfsHostOnly } from './initramfs-host-only.ts';
import { initramfsRootDriver } from './initramfs-root-driver.ts';
import { kernelEntry } from './kernel-entry.ts';
import { kernelModules } from './kernel-modules.ts';
import { kernelRootName } from './kernel-root-name.ts';
import { kernelRootThere } from './kernel-root-there.ts';
import { kernelVersion } from './kernel-version.ts';
import { networkAdapterNames } from './network-adapter-names.ts';
import { networkBoundToMac } from './network-bound-to-mac.ts';
import { networkStatic } from './network-static.ts';
import { nvme } from './nvme.ts';
import { operatingSystem } from './operating-system.ts';
import { rootOnLvm } from './root-on-lvm.ts';
import { selinuxLabels } from './selinux-labels.ts';
import { serialConsole } from './serial-console.ts';
import { softwareRaid } from './software-raid.ts';
import { sshPasswordLogin } from './ssh-password-login.ts';
import { sshServer } from './ssh-server.ts';
import { sshServerEnabled } from './ssh-server-enabled.ts';
import { startDevices } from './start-devices.ts';
import { timeSync } from './time-sync.ts';
import { asSeen, type Why } from './unseen.ts';
import { virtioBlockInitramfs } from './virtio-block-initramfs.ts';
import { virtioNet } from './virtio-net.ts';
import { windowsBitLocker } from './windows-bitlocker.ts';
import { windowsBootStore } from './windows-boot-store.ts';
import { windowsCloudbaseInit } from './windows-cloudbase-init.ts';
import { windowsCloudbaseInitSources } from './windows-cloudbase-init-sources.ts';
import { windowsCloudbaseInitStarts } from './windows-cloudbase-init-starts.ts';
import { windowsDiskDriver } from './windows-disk-driver.ts';
import { windowsDiskDriverAtBoot } from './windows-disk-driver-at-boot.ts';
import { windowsForeignTools } from './windows-foreign-tools.ts';
import { windowsGeneralized } from './windows-generalized.ts';
import { windowsHibernated } from './windows-hibernated.ts';
import { windowsNetworkDriver } from './windows-network-driver.ts';
import { windowsPendingChanges } from './windows-pending-changes.ts';
import { windowsRegistry } from './windows-registry.ts';
import { windowsRemoteDesktop } from './windows-remote-desktop.ts';
import { windowsVersion } from './windows-version.ts';
import { windowsVolumeClean } from './windows-volume-clean.ts';

/** Every check of an image's contents, in the order of the reports. To add one: a module beside this file, and a line here. */
export const guestChecks: readonly GuestCheck[] = [
  // Does it start?
  operatingSystem,
  architecture,
  bootLoader,
  bootSectorComplete,
  bootActivePartition,
  biosBootPartition,
  efiFallbackLoader,
  efiSystemPartition,
  diskEncrypted,
  softwareRaid,
  kernelEntry,
  kernelVersion,
  kernelModules,
  kernelRootName,
  kernelRootThere,
  virtioBlockInitramfs,
  initramfsRootDriver,
  initramfsHostOnly,
  virtioNet,
  nvme,
  startDevices,
  fstabDevices,
  fstabMissing,
  fstabSwap,
  fstabNetwork,
  rootOnLvm,
  selinuxLabels,
  serialConsole,
  // Can an instance get its own name, network and keys?
  cloudInitInstalled,
  cloudInitEnabled,
  cloudInitVersion,
  cloudInitDatasources,
  cloudInitNetwork,
  cloudInitHostname,
  cloudInitModules,
  networkBoundToMac,
  networkStatic,
  networkAdapterNames,
  sshServer,
  sshServerEnabled,
  sshPasswordLogin,
  diskGrowth,
  guestAgent,
  timeSync,
  clockUtc,
  // Can many be made of it?
  cloneMachineId,
  cloneHostKeys,
  cloneCredentials,
  cloneEmptyPassword,
  cloneUsers,
  cloneSudo,
  clonePrivateKeys,
  cloneHistories,
  cloneHomeData,
  cloneRandomSeed,
  cloneDhcpLeases,
  cloneLogs,
  cloneCloudInit,
  cloneSubscriptions,
  cloneCloudIdentity,
  cloneManagementIdentity,
  foreignTools,
  hardwareAgents,
  // Windows
  windowsBitLocker,
  windowsRegistry,
  windowsVersion,
  windowsBootStore,
  windowsDiskDriver,
  windowsDiskDriverAtBoot,
  windowsNetworkDriver,
  windowsHibernated,
  windowsVolumeClean,
  windowsPendingChanges,
  windowsCloudbaseInit,
  windowsCloudbaseInitStarts,
  windowsCloudbaseInitSources,
  windowsRemoteDesktop,
  windowsGeneralized,
  windowsForeignTools,
];

/** A check that needs what was not seen says so, and why. */
export function guestFindings(view: GuestView): Finding[] {
  return [
    ...incomplete(view.unseen),
    ...guestChecks.flatMap(({ code, judge }) => {
      const judged = asSeen(() => judge(view));
      const judgement = 'value' in judged ? judged.value : { outcome: 'unknown' as const, why: judged.unseen };
      if (!judgement) return [];
      const params = judgement.outcome === 'unknown' ? toUnseenParams(judgement.why) : (judgement.params ?? {});
      return [{ code, step: 'inspect' as const, outcome: judgement.outcome, params }];
    }),
  ];
}

/** The params for the words of an `unknown` (../unseen-words.ts). */
function toUnseenParams({ reason, what }: Why): Finding['params'] {
  return {
    unseen: reason,
    ...(what === undefined ? {} : { what: what.slice(0, 200) }),
  };
}

export function incomplete(parts: readonly string[]): Finding[] {
  return parts.length === 0
    ? []
    : [{ code: 'look-incomplete', step: 'inspect', outcome: 'unknown', params: { parts: parts.join(', ') } }];
}
