/** In this order: most name others beside themselves, to be let in where those are. */
const browsers: readonly (readonly [RegExp, string])[] = [
  [/\bEdg(e|A|iOS)?\//, 'Edge'],
  [/\bOPR\//, 'Opera'],
  [/\bSamsungBrowser\//, 'Samsung Internet'],
  [/\b(Firefox|FxiOS)\//, 'Firefox'],
  [/\b(Chrome|CriOS|Chromium|HeadlessChrome)\//, 'Chrome'],
  [/\bSafari\//, 'Safari'],
];
const systems: readonly (readonly [RegExp, string])[] = [
  [/\bAndroid\b/, 'Android'],
  [/\b(iPhone|iPad)\b/, 'iOS'],
  [/\bWindows\b/, 'Windows'],
  [/\bMac OS X\b/, 'macOS'],
  [/\bCrOS\b/, 'ChromeOS'],
  [/\bLinux\b/, 'Linux'],
];

/**
 * A browser in plain words, "Firefox, Linux", by its User-Agent (RFC 9110, 10.1.5); null if it is not known. Returns only our own words, because the header is
 * a stranger's text.
 */
export function browserName(userAgent = ''): string | null {
  const findNames = (names: typeof browsers): string[] =>
    names.filter(([sign]) => sign.test(userAgent)).map(([, name]) => name);
  const words = [...findNames(browsers).slice(0, 1), ...findNames(systems).slice(0, 1)];
  return words.length > 0 ? words.join(', ') : null;
}
