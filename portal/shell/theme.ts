export type Theme = 'light' | 'dark';

const storageKey = 'bootready.theme';

/** What was chosen here before, else what the system likes. */
export function firstTheme(): Theme {
  const kept = localStorage.getItem(storageKey);
  if (kept === 'dark' || kept === 'light') return kept;
  return matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
}

export function applyTheme(theme: Theme): void {
  document.documentElement.classList.toggle('pf-v6-theme-dark', theme === 'dark');
}

export function chooseTheme(theme: Theme): void {
  localStorage.setItem(storageKey, theme);
  applyTheme(theme);
}
