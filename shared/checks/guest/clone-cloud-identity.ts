import { linuxCheck, told } from './define.ts';

export const cloneCloudIdentity = linuxCheck({
  code: 'clone-cloud-identity',
  severity: 'advice',
  title: { en: 'No identity of another cloud left behind', de: 'Keine Identität einer anderen Cloud zurückgelassen' },
  problem: {
    en: 'State or agents of another cloud are in the image ({files}): they wait for a service that is not there, or report as the old machine.',
    de: 'Im Image sind Zustand oder Agenten einer anderen Cloud ({files}): Sie warten auf einen Dienst, den es nicht gibt, oder melden sich als die alte Maschine.',
  },
  remedy: { en: 'Remove these agents and their state.', de: 'Entfernen Sie diese Agenten und ihren Zustand.' },
  judge: ({ remains: { cloudIdentities } }) => told('warn', 'files', cloudIdentities),
});
