/**
 * How a published image is named as a containerDisk in a registry. https://kubevirt.io/user-guide/storage/disks_and_volumes/#containerdisk,
 * names by the OCI distribution spec, "Pulling manifests".
 */

/** The names of the annotations by which we know an image of ours again. */
export const containerDiskAnnotations = { imageId: 'dev.bootready.image', sha256: 'dev.bootready.sha256' } as const;

/** The user and group that KubeVirt runs QEMU as. */
export const qemuOwner = 107;

/** The one file that KubeVirt looks for is whatever lies in this folder. */
export function containerDiskPath(format: string): string {
  return `disk/disk.${format}`;
}

/**
 * One repository for each project, one tag for each image: names of images may change, and two images may share one. So a tag never
 * moves to other bytes.
 */
export function containerDiskName(
  prefix: string,
  { projectId, imageId }: { projectId: string; imageId: string },
): { repository: string; tag: string } {
  // IDs of projects may end with "-", repositories may not.
  const project = projectId.replace(/-{1,62}$/, '');
  return { repository: `${prefix}/${project}`, tag: imageId };
}
