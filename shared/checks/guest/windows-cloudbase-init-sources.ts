import { advise, windowsCheck } from './define.ts';

/** The sources of clouds on KVM: OpenStack's config drive and HTTP service, NoCloud's drive, and EC2's HTTP service. */
const ours = /^(?:ConfigDriveService|HttpService|NoCloudConfigDriveService|EC2Service)$/i;

export const windowsCloudbaseInitSources = windowsCheck({
  code: 'windows-cloudbase-init-sources',
  severity: 'advice',
  title: { en: 'Cloudbase-Init asks this kind of cloud', de: 'Cloudbase-Init fragt diese Art von Cloud' },
  problem: {
    en: 'Cloudbase-Init searches for its data only in places that clouds on KVM do not have ({sources}).',
    de: 'Cloudbase-Init sucht seine Daten nur an Stellen, die Clouds auf KVM nicht haben ({sources}).',
  },
  remedy: {
    en: 'Add ConfigDriveService and HttpService to metadata_services in cloudbase-init.conf, or remove that line.',
    de: 'Nennen Sie ConfigDriveService und HttpService in metadata_services der cloudbase-init.conf, oder entfernen Sie die Zeile.',
  },
  judge: ({ cloudbaseInit: { installed, sources } }) =>
    installed
      ? {
          ...advise(!sources || sources.some((source) => ours.test(source))),
          params: { sources: sources?.join(' ').slice(0, 200) ?? '-' },
        }
      : undefined,
});
