export type Theme = 'light' | 'dark';

const storageKey = 'bootready.theme';

/** The theme that was chosen here before; otherwise the system's theme. */
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
