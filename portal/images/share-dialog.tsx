import {
  Button,
  DataList,
  DataListAction,
  DataListCell,
  DataListItem,
  DataListItemCells,
  DataListItemRow,
} from '@patternfly/react-core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { ImageView, Self } from '../../shared/contracts/api.ts';
import { api } from '../api/client.ts';
import { Problem } from '../shell/failure.tsx';
import { FormDialog } from '../shell/form-dialog.tsx';
import { useNotify } from '../shell/notices.tsx';
import { TextField } from '../shell/text-field.tsx';
import { useSpeech } from '../words/language.tsx';
import { AnswerLabel } from './answer-label.tsx';

type Props = { image: ImageView; self: Self; onClose: () => void };

/** The projects that an image is shared with, and a field for one more. The image appears in their lists once they have accepted it. */
export function ShareDialog({ image, self, onClose }: Props) {
  const { t } = useSpeech();
  const notify = useNotify();
  const queries = useQueryClient();
  const [projectId, setProjectId] = useState('');
  const [problem, setProblem] = useState<unknown>();
  const queryKey = ['members', image.id];
  const members = useQuery({ queryKey, queryFn: () => api.members(image.id) });

  const known = useQuery({
    queryKey: ['projects'],
    queryFn: () => api.quotas({ sort: 'project', offset: 0, limit: 200 }),
    enabled: self.role === 'admin',
  });
  const projects = [
    ...(self.user?.projects ?? []),
    ...(known.data?.projects ?? []).map((quota) => quota.projectId),
  ].filter((id, at, all) => id !== image.projectId && all.indexOf(id) === at);

  const share = async (): Promise<void> => {
    await api.share(image.id, projectId.trim());
    notify({ variant: 'success', title: t('shared', { name: image.name, project: projectId.trim() }) });
  };
  const unshare = async (member: string): Promise<void> => {
    try {
      await api.unshare(image.id, member);
      await queries.invalidateQueries({ queryKey });
    } catch (error) {
      setProblem(error);
    }
  };
  return (
    <FormDialog
      id="share"
      title={t('shareTitle')}
      help={t('shareHelp')}
      action={t('share')}
      isReady={projectId.trim() !== ''}
      onSubmit={share}
      onClose={onClose}
      leave={t('close')}
    >
      <TextField
        id="share-project"
        label={t('shareWith')}
        value={projectId}
        isRequired
        list="share-projects"
        help={t('shareUnknown')}
        onChange={setProjectId}
      />
      <datalist id="share-projects">
        {projects.map((id) => (
          <option key={id} value={id} />
        ))}
      </datalist>
      <Problem error={problem ?? members.error} />
      {members.data && members.data.members.length > 0 && (
        <DataList aria-label={t('members')} isCompact>
          {members.data.members.map(({ projectId: member, status }) => (
            <DataListItem key={member} aria-labelledby={`member-${member}`}>
              <DataListItemRow>
                <DataListItemCells
                  dataListCells={[
                    <DataListCell key="project" id={`member-${member}`}>
                      {member}
                    </DataListCell>,
                    <DataListCell key="status">
                      <AnswerLabel answer={status} />
                    </DataListCell>,
                  ]}
                />
                <DataListAction id={`unshare-${member}`} aria-labelledby={`member-${member}`} aria-label={t('actions')}>
                  <Button variant="link" isInline onClick={() => void unshare(member)}>
                    {t('unshare')}
                  </Button>
                </DataListAction>
              </DataListItemRow>
            </DataListItem>
          ))}
        </DataList>
      )}
    </FormDialog>
  );
}
