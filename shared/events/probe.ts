/** Where `bootready doctor` puts its probes in the uploads bucket. What lies there is never an upload, whatever prefix a project has. */
export const probePrefix = '.bootready-doctor/';

export const isProbe = (key: string): boolean => key.startsWith(probePrefix);
