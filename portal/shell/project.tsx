import { FormSelect, FormSelectOption } from '@patternfly/react-core';
import type { Self } from '../../shared/contracts/api.ts';
import { api } from '../api/client.ts';
import { useSpeech } from '../words/language.tsx';
import { useProblemWords } from './failure.tsx';
import { useNotify } from './notices.tsx';

/** In which project one acts, and as whom; who has several projects chooses here. */
export function ProjectOfUser({ self: { projectId, user } }: { self: Self }) {
  const { t } = useSpeech();
  const notify = useNotify();
  const problemWords = useProblemWords();
  const choose = async (chosen: string): Promise<void> => {
    try {
      await api.chooseProject(chosen);
      // Everything that is shown, and every upload that is going on, is of the other project.
      location.assign('/images');
    } catch (error) {
      notify({ variant: 'danger', ...problemWords(error) });
    }
  };
  const projects = user?.projects ?? [];
  return (
    <>
      {user && (
        <span className="user-name" title={`${t('signedInAs')} ${user.name}`}>
          {user.name}
        </span>
      )}
      {projects.length > 1 ? (
        <FormSelect aria-label={t('project')} value={projectId} onChange={(_event, chosen) => void choose(chosen)}>
          {projects.map((id) => (
            <FormSelectOption key={id} value={id} label={id} />
          ))}
        </FormSelect>
      ) : (
        <span>
          {t('project')} <strong>{projectId}</strong>
        </span>
      )}
    </>
  );
}
