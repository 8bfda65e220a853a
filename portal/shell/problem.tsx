import { useProblemWords } from './failure.tsx';
import { Message } from './message.tsx';

/** What went wrong, in its place on the page; nothing while nothing did. */
export const Problem = ({ error }: { error: unknown }) => {
  const problemWords = useProblemWords();
  if (error === undefined || error === null) return null;
  const { title, body } = problemWords(error);
  return (
    <Message variant="danger" title={title}>
      {body}
    </Message>
  );
};
