import {
  Button,
  EmptyState,
  EmptyStateActions,
  EmptyStateBody,
  EmptyStateFooter,
  PageSection,
} from '@patternfly/react-core';
import { Link } from 'react-router';
import { useSpeech } from '../words/language.tsx';
import type { WordKey } from '../words/words.ts';

/** For addresses that lead nowhere, and for images that no longer exist. */
export function MissingPage({ title = 'pageMissing', help = 'pageMissingHelp' }: { title?: WordKey; help?: WordKey }) {
  const { t } = useSpeech();
  return (
    <PageSection isFilled>
      <EmptyState titleText={t(title)} headingLevel="h1">
        <EmptyStateBody>{t(help)}</EmptyStateBody>
        <EmptyStateFooter>
          <EmptyStateActions>
            <Button variant="link" component={(props) => <Link {...props} to="/images" />}>
              {t('toMyImages')}
            </Button>
          </EmptyStateActions>
        </EmptyStateFooter>
      </EmptyState>
    </PageSection>
  );
}
