import { formatBytes } from '../../shared/text/quantities.ts';

/** Quantities as people write them in their language. */
export function createFormats(language: 'en' | 'de') {
  const locale = language === 'de' ? 'de-DE' : 'en-GB';
  const number = (value: number, digits: number): string =>
    new Intl.NumberFormat(locale, { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(value);

  const bytes = (value: number): string => formatBytes(value, language);

  const duration = (seconds: number): string => {
    const whole = Math.max(0, Math.round(seconds));
    if (seconds < 10) return `${number(Math.max(0, seconds), 1)} s`;
    if (whole < 60) return `${whole} s`;
    const minutes = Math.floor(whole / 60);
    if (minutes < 60) return `${minutes} min ${whole % 60} s`;
    return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
  };

  return {
    bytes,
    duration,
    number: (value: number): string => number(value, 0),
    percent: (value: number): string => `${Math.floor(value)} %`,
    /** The remaining time, rounded: for an hour the seconds do not matter. */
    roughly: (seconds: number): string => {
      if (seconds < 60) return `${Math.max(1, Math.round(seconds))} s`;
      const minutes = Math.round(seconds / 60);
      return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
    },
    time: (time: string): string =>
      new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(time)),
  };
}
