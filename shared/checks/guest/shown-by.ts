/** The boot checks that pass when a system has started from its virtio disk, with its own command line, drivers and filesystems. */
export const started = ['boot-reached-cloud-init', 'boot-windows-running'] as const;
/** Linux alone: it has read its seed by cloud-init. */
export const cloudInitRan = ['boot-reached-cloud-init'] as const;
export const networkSeen = ['boot-network-device'] as const;
