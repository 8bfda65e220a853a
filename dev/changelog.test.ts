import { expect, test } from 'vitest';
import { addVersion, formatVersion, parseChange, readPendingChanges } from './changelog.ts';

const fixed = { kind: 'fixed', text: 'Plurals.' } as const;
const added = { kind: 'added', text: 'A format.' } as const;

test('a version lists its changes by kind', () => {
  expect(formatVersion('1.2.0 (2026-01-31)', [fixed, added])).toBe(
    '## 1.2.0 (2026-01-31)\n\n### Added\n- A format.\n\n### Fixed\n- Plurals.',
  );
});

test('a new version comes before the last one', () => {
  expect(addVersion('# Changelog\n\n## 1.1.0\n\nOld.\n', '1.2.0', [fixed])).toBe(
    '# Changelog\n\n## 1.2.0\n\n### Fixed\n- Plurals.\n\n## 1.1.0\n\nOld.\n',
  );
});

test('the old list of unreleased changes becomes part of the next version', () => {
  expect(addVersion('# Changelog\n\n## Unreleased\n\n- Old.\n', '1.2.0', [fixed])).toBe(
    '# Changelog\n\n## 1.2.0\n\n### Fixed\n- Plurals.\n\n- Old.\n',
  );
});

test('a file needs a kind and a text', () => {
  expect(() => parseChange('plurals.md', 'x')).toThrow(/KIND/);
  expect(() => parseChange('plurals.fixed.md', ' \n')).toThrow(/is empty/);
  expect(parseChange('plurals.fixed.md', 'One.\nTwo.\n')).toEqual({ kind: 'fixed', text: 'One.\n  Two.' });
});

test('the files of this commit are valid', () => {
  for (const { change } of readPendingChanges()) expect(change.text).not.toBe('');
});
