/** What the boot check passes when a system has started from the virtio disk that it was given, by the command line, drivers and filesystems of its own. */
export const started = ['boot-reached-cloud-init', 'boot-windows-running'] as const;
/** Linux alone: it has read its seed by cloud-init. */
export const cloudInitRan = ['boot-reached-cloud-init'] as const;
export const networkSeen = ['boot-network-device'] as const;
