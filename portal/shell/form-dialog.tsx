import { Button, Form, Modal, ModalBody, ModalFooter, ModalHeader } from '@patternfly/react-core';
import { useQueryClient } from '@tanstack/react-query';
import { type FormEvent, type ReactNode, useState } from 'react';
import { useSpeech } from '../words/language.tsx';
import { Problem } from './failure.tsx';

type Props = {
  /** The id of the form; the ids of its parts begin with it. */
  id: string;
  title: string;
  help?: string;
  /** On the button that does it. */
  action: string;
  isReady: boolean;
  isDanger?: boolean;
  isWide?: boolean;
  /** The dialog closes when it succeeds, and shows the error when it throws. */
  onSubmit: () => Promise<unknown>;
  onClose: () => void;
  /** The word on the button that closes it, where nothing is left to call off. */
  leave?: string;
  children: ReactNode;
};

/** A dialog that asks for input and does one thing with it. Afterwards all shown data is loaded again. */
export function FormDialog({
  id,
  title,
  help,
  action,
  isReady,
  isDanger,
  isWide,
  onSubmit,
  onClose,
  leave,
  children,
}: Props) {
  const { t } = useSpeech();
  const queries = useQueryClient();
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<unknown>();

  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (!isReady || isBusy) return;
    setBusy(true);
    try {
      await onSubmit();
      onClose();
      await queries.invalidateQueries();
    } catch (error) {
      setProblem(error);
      setBusy(false);
    }
  };
  return (
    <Modal isOpen variant={isWide ? 'medium' : 'small'} onEscapePress={onClose} aria-labelledby={`${id}-title`}>
      <ModalHeader
        title={title}
        labelId={`${id}-title`}
        {...(help ? { description: help } : {})}
        {...(isDanger ? { titleIconVariant: 'warning' as const, titleScreenReaderText: t('variantWarning') } : {})}
      />
      <ModalBody>
        <Form id={id} onSubmit={(event) => void submit(event)}>
          {children}
          <Problem error={problem} />
        </Form>
      </ModalBody>
      <ModalFooter>
        <Button
          type="submit"
          form={id}
          variant={isDanger ? 'danger' : 'primary'}
          isDisabled={isBusy || !isReady}
          isLoading={isBusy}
        >
          {action}
        </Button>
        <Button variant="link" onClick={onClose}>
          {leave ?? t('cancel')}
        </Button>
      </ModalFooter>
    </Modal>
  );
}
