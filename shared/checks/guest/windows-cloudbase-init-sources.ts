import { advised, windowsCheck } from './define.ts';

/** What clouds on KVM offer: config drive and HTTP of OpenStack, NoCloud's drive, and HTTP as EC2 has it. */
const ours = /^(?:ConfigDriveService|HttpService|NoCloudConfigDriveService|EC2Service)$/i;

export const windowsCloudbaseInitSources = windowsCheck({
  code: 'windows-cloudbase-init-sources',
  severity: 'advice',
  title: { en: 'Cloudbase-Init asks this kind of cloud', de: 'Cloudbase-Init fragt diese Art von Cloud' },
  problem: {
    en: 'Cloudbase-Init is told to ask for its data in places only that clouds on KVM do not have ({sources}).',
    de: 'Cloudbase-Init soll seine Daten nur dort holen, wo Clouds auf KVM keine haben ({sources}).',
  },
  remedy: {
    en: 'Name ConfigDriveService and HttpService in metadata_services of cloudbase-init.conf, or leave that line out.',
    de: 'Nennen Sie ConfigDriveService und HttpService in metadata_services der cloudbase-init.conf, oder lassen Sie die Zeile weg.',
  },
  judge: ({ cloudbaseInit: { installed, sources } }) =>
    installed
      ? {
          ...advised(!sources || sources.some((source) => ours.test(source))),
          params: { sources: sources?.join(' ').slice(0, 200) ?? '-' },
        }
      : undefined,
});
