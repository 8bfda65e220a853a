import { z } from 'zod';

/** The checksum of a file, in the form of checksum files: the algorithm, a colon, hex. */
export const Checksum = z
  .string()
  .trim()
  .toLowerCase()
  .regex(
    /^(sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})$/,
    'A checksum must be "sha256:" with 64 or "sha512:" with 128 hex digits.',
  );
export type Checksum = z.infer<typeof Checksum>;

/** An address to fetch from. It may have no credentials, because records and logs would show them. A link that is signed by its query needs none. */
export const SourceUrl = z
  .string()
  .trim()
  .max(4096, 'The URL is longer than 4096 characters.')
  .refine((text) => /^https?:\/\//i.test(text) && URL.canParse(text), 'Only http:// and https:// URLs are supported.')
  .refine((text) => {
    const url = URL.canParse(text) ? new URL(text) : undefined;
    return !url || (url.username === '' && url.password === '');
  }, 'The URL contains a user name or password. Use a link that needs none.');
export type SourceUrl = z.infer<typeof SourceUrl>;

/** The part of a URL that bootready may show and log: signatures are in the query. */
export function toShownUrl(url: string): string {
  const { origin, pathname } = new URL(url);
  return `${origin}${pathname}`;
}
