import { ActionGroup, Button, Card, CardBody, CardTitle, Form, FormGroup, TextInput } from '@patternfly/react-core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useLocation, useSearchParams } from 'react-router';
import { ApiProblem, api, signInAt } from '../api/client.ts';
import { useProblemWords } from '../shell/failure.tsx';
import { isKey } from '../shell/is-key.ts';
import { Message } from '../shell/message.tsx';
import { wasSessionOver } from '../shell/session-over.ts';
import { LanguageSwitch, ThemeSwitch } from '../shell/switches.tsx';
import { useSpeech } from '../words/language.tsx';
import type { WordKey } from '../words/words.ts';

export function SignInPage() {
  const { t } = useSpeech();
  const queries = useQueryClient();
  const problemWords = useProblemWords();
  const [key, setKey] = useState('');
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<unknown>();

  const signIn = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (key.trim() === '') return;
    setBusy(true);
    setProblem(undefined);
    try {
      await api.signIn(key.trim());
      await queries.invalidateQueries({ queryKey: ['self'] });
    } catch (error) {
      setProblem(error);
      setBusy(false);
    }
  };

  const isWrongKey = problem instanceof ApiProblem && problem.status === 401;
  const words = isWrongKey
    ? { title: t('keyWrong'), body: t('keyWrongHelp') }
    : problem === undefined
      ? undefined
      : problemWords(problem);
  return (
    <main className="sign-in">
      <div className="sign-in-switches">
        <LanguageSwitch />
        <ThemeSwitch />
      </div>
      <Card isLarge className="sign-in-card">
        <CardTitle component="h1">{t('signInTitle')}</CardTitle>
        <CardBody>
          <IssuerSignIn />
          <Form onSubmit={(event) => void signIn(event)}>
            <p id="sign-in-help">{t('signInHelp')}</p>
            {!words && wasSessionOver() && <Message variant="info" title={t('sessionOver')} />}
            {words && (
              <Message variant="danger" title={words.title} isUrgent>
                {words.body}
              </Message>
            )}
            <FormGroup label={t('apiKey')} fieldId="api-key" isRequired>
              <TextInput
                id="api-key"
                type="password"
                autoComplete="current-password"
                aria-describedby="sign-in-help"
                value={key}
                onChange={(_event, value) => setKey(value)}
                autoFocus
                isRequired
              />
            </FormGroup>
            <ActionGroup>
              <Button type="submit" isLoading={isBusy} isDisabled={isBusy || key.trim() === ''}>
                {t('signIn')}
              </Button>
            </ActionGroup>
          </Form>
        </CardBody>
      </Card>
    </main>
  );
}

const problems = {
  forbidden: ['signInForbidden', 'signInForbiddenHelp'],
  unavailable: ['signInUnavailable', 'signInUnavailableHelp'],
} as const satisfies Readonly<Record<string, readonly [WordKey, WordKey]>>;

/** Signing in through the issuer, if the installation has one, and the result of the last try. */
function IssuerSignIn() {
  const { t } = useSpeech();
  const { data: ways } = useQuery({ queryKey: ['sign-in'], queryFn: api.signInWays, staleTime: 60_000 });
  const [params] = useSearchParams();
  const { pathname } = useLocation();
  const problem = params.get('sign-in');
  if (!ways?.issuer) return null;
  const [title, help] = isKey(problems, problem)
    ? problems[problem]
    : (['signInRefused', 'signInRefusedHelp'] as const);
  return (
    <div className="sign-in-issuer">
      {problem !== null && (
        <Message variant="danger" title={t(title)} isUrgent>
          {t(help)}
        </Message>
      )}
      <Button component="a" href={signInAt(pathname)} isBlock>
        {t('signInWith', { name: ways.issuer.name })}
      </Button>
      <p className="sign-in-or">{t('signInOr')}</p>
    </div>
  );
}
