import {
  Button,
  Checkbox,
  ExpandableSection,
  FormGroup,
  Modal,
  ModalBody,
  ModalFooter,
  ModalHeader,
  Skeleton,
} from '@patternfly/react-core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useNavigate } from 'react-router';
import type { ImageView, RemedyView } from '../../shared/contracts/api.ts';
import { api } from '../api/client.ts';
import { Problem } from '../shell/failure.tsx';
import { FormDialog } from '../shell/form-dialog.tsx';
import { useNotify } from '../shell/notices.tsx';
import { useSpeech } from '../words/language.tsx';
import { nameProblem } from './image-name.ts';
import { NameField } from './name-field.tsx';

type Props = { image: ImageView; onClose: () => void };

/** The remedies for a new image from this one; those that its report suggests are already chosen. */
export function RepairDialog({ image, onClose }: Props) {
  const { t, language } = useSpeech();
  const found = useQuery({
    queryKey: ['remedies', image.id, language],
    queryFn: () => api.remedies(image.id),
    retry: false,
  });
  if (found.data && found.data.remedies.length > 0) {
    return <Choice image={image} remedies={found.data.remedies} onClose={onClose} />;
  }
  return (
    <Modal isOpen variant="medium" onEscapePress={onClose} aria-labelledby="repair-title">
      <ModalHeader title={t('repairTitle')} labelId="repair-title" />
      <ModalBody>
        <Problem error={found.error} />
        {found.isPending && <Skeleton height="8rem" screenreaderText={t('loading')} />}
        {found.data && <p>{t('repairNothing')}</p>}
      </ModalBody>
      <ModalFooter>
        <Button variant="link" onClick={onClose}>
          {t('close')}
        </Button>
      </ModalFooter>
    </Modal>
  );
}

function Choice({ image, remedies, onClose }: Props & { remedies: readonly RemedyView[] }) {
  const { t } = useSpeech();
  const navigate = useNavigate();
  const notify = useNotify();
  const [name, setName] = useState(() => t('repairedName', { name: image.name }).slice(0, 255));
  const [chosen, setChosen] = useState(() =>
    remedies
      .filter(({ answers, unavailable }) => answers.length > 0 && unavailable === undefined)
      .map(({ code }) => code),
  );
  const [isOpen, setOpen] = useState(false);
  const recommended = remedies.filter(({ answers }) => answers.length > 0);
  const hasRecommended = recommended.length > 0;
  const others = remedies.filter(({ answers }) => answers.length === 0);
  const boxes = (some: readonly RemedyView[]) =>
    some.map(({ code, title, plan, answers, unavailable }) => (
      <Checkbox
        key={code}
        id={`repair-${code}`}
        label={title}
        isDisabled={unavailable !== undefined}
        description={[answers.length > 0 && t('repairAnswers', { count: answers.length }), plan, unavailable]
          .filter(Boolean)
          .join(' ')}
        isChecked={chosen.includes(code)}
        onChange={(_event, isChosen) =>
          setChosen((before) => (isChosen ? [...before, code] : before.filter((each) => each !== code)))
        }
      />
    ));
  const repair = async (): Promise<void> => {
    const made = await api.createRepair(image.id, { remedies: chosen, name: name.trim() });
    notify({ variant: 'success', title: t('repairBegun', { name: made.name }) });
    void navigate(`/images/${made.id}`);
  };
  return (
    <FormDialog
      id="repair"
      title={t('repairTitle')}
      help={t('repairHelp')}
      action={t('repair')}
      isWide
      isReady={chosen.length > 0 && nameProblem(name) === undefined}
      onSubmit={repair}
      onClose={onClose}
    >
      <FormGroup
        role="group"
        label={t(hasRecommended ? 'remediesRecommended' : 'remedies')}
        fieldId="repair-remedies"
        isStack
      >
        {boxes(hasRecommended ? recommended : others)}
      </FormGroup>
      {hasRecommended && others.length > 0 && (
        <ExpandableSection
          toggleText={t('remediesOthers', { count: others.length })}
          isExpanded={isOpen}
          onToggle={(_event, open) => setOpen(open)}
        >
          <FormGroup role="group" label={t('remedies')} fieldId="repair-others" isStack>
            {boxes(others)}
          </FormGroup>
        </ExpandableSection>
      )}
      <FormGroup label={t('repairName')} fieldId="repair-name" isRequired>
        <NameField id="repair-name" value={name} onChange={setName} />
      </FormGroup>
    </FormDialog>
  );
}
