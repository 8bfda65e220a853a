/** The place where `bootready doctor` puts its probes in the uploads bucket. An object there is never an upload, whatever prefix a project has. */
export const probePrefix = '.bootready-doctor/';

export function isProbe(key: string): boolean {
  return key.startsWith(probePrefix);
}
