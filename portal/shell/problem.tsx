import { Message } from './message.tsx';
import { useProblemWords } from './notices.tsx';

/** What went wrong, in the API's own words, in its place on the page; nothing while nothing did. */
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
