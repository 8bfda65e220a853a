import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from 'react';
import { formatMessage, type Params } from '../../shared/checks/message.ts';
import type { Language, Text } from '../../shared/checks/text.ts';
import { createFormats } from './formats.ts';
import type { Words } from './text.ts';
import { type WordKey, words } from './words.ts';

const storageKey = 'bootready.language';

/** The language that was chosen here before; otherwise the browser's first language that we have. */
function firstLanguage(): Language {
  const kept = localStorage.getItem(storageKey);
  if (kept === 'de' || kept === 'en') return kept;
  const wanted = navigator.languages.map((each) => each.slice(0, 2)).find((each) => each === 'de' || each === 'en');
  return wanted === 'de' ? 'de' : 'en';
}

function wordsIn(language: Language) {
  const t = (key: WordKey, params: Params = {}): string => formatMessage(words[key][language], language, params);
  /** Words that are shared with the command line and the reports. */
  const say = (text: Text, params: Params = {}): string => formatMessage(text[language], language, params);
  return { language, t, say, ...createFormats(language) };
}

export type Speech = ReturnType<typeof wordsIn> & { choose(language: Language): void };

const Context = createContext<Speech | undefined>(undefined);

export function LanguageProvider({ children }: { children: ReactNode }) {
  const [language, setLanguage] = useState(firstLanguage);
  useEffect(() => {
    document.documentElement.lang = language;
  }, [language]);
  const speech = useMemo(
    () => ({
      ...wordsIn(language),
      choose: (next: Language): void => {
        localStorage.setItem(storageKey, next);
        setLanguage(next);
      },
    }),
    [language],
  );
  return <Context value={speech}>{children}</Context>;
}

/** The same for a page that is loaded on demand, with the words that only it has: the first page does not wait for them. */
export function useSpeechWith<Own extends Words>(own: Own) {
  const speech = useSpeech();
  return {
    ...speech,
    t: (key: WordKey | (keyof Own & string), params: Params = {}): string =>
      key in own ? speech.say(own[key] as Text, params) : speech.t(key as WordKey, params),
  };
}

/** The words and formats of the language that is chosen. */
export function useSpeech(): Speech {
  const speech = useContext(Context);
  if (!speech) throw new Error('outside of LanguageProvider');
  return speech;
}
