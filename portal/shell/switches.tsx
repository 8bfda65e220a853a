import { Button, ToggleGroup, ToggleGroupItem } from '@patternfly/react-core';
import { MoonIcon } from '@patternfly/react-icons/dist/esm/icons/moon-icon';
import { SunIcon } from '@patternfly/react-icons/dist/esm/icons/sun-icon';
import { useState } from 'react';
import { useSpeech } from '../words/language.tsx';
import { chooseTheme, firstTheme } from './theme.ts';

export function LanguageSwitch() {
  const { t, language, choose } = useSpeech();
  return (
    <ToggleGroup aria-label={t('language')} isCompact>
      <ToggleGroupItem
        text="Deutsch"
        buttonId="language-de"
        isSelected={language === 'de'}
        onChange={() => choose('de')}
      />
      <ToggleGroupItem
        text="English"
        buttonId="language-en"
        isSelected={language === 'en'}
        onChange={() => choose('en')}
      />
    </ToggleGroup>
  );
}

export function ThemeSwitch() {
  const { t } = useSpeech();
  const [theme, setTheme] = useState(firstTheme);
  const other = theme === 'dark' ? 'light' : 'dark';
  return (
    <Button
      variant="plain"
      aria-label={t(other === 'dark' ? 'darkMode' : 'lightMode')}
      icon={other === 'dark' ? <MoonIcon /> : <SunIcon />}
      onClick={() => {
        chooseTheme(other);
        setTheme(other);
      }}
    />
  );
}
