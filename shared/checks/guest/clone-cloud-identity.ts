import { judgeFound, linuxCheck } from './define.ts';

export const cloneCloudIdentity = linuxCheck({
  code: 'clone-cloud-identity',
  severity: 'advice',
  title: { en: 'No identity of another cloud left behind', de: 'Keine Identität einer anderen Cloud zurückgelassen' },
  problem: {
    en: 'The image contains state or agents of another cloud ({files}). They wait for a service that does not exist here, or report as the old machine.',
    de: 'Das Image enthält Zustand oder Agenten einer anderen Cloud ({files}). Sie warten auf einen Dienst, den es hier nicht gibt, oder melden sich als die alte Maschine.',
  },
  remedy: { en: 'Remove these agents and their state.', de: 'Entfernen Sie diese Agenten und ihren Zustand.' },
  judge: ({ remains: { cloudIdentities } }) => judgeFound('warn', 'files', cloudIdentities),
});
