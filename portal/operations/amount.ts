/**
 * Reads a limit that a user has typed, in the given unit (GiB: 1024 ** 3). Null for an empty field, undefined for text that is not a positive number. Accepts a
 * decimal comma and a decimal point.
 */
export function readAmount(text: string, unit: number): number | null | undefined {
  const typed = text.trim().replace(',', '.');
  if (typed === '') return null;
  if (!/^\d{1,12}(\.\d{1,6})?$/.test(typed)) return undefined;
  const amount = Math.round(Number(typed) * unit);
  return amount > 0 && Number.isSafeInteger(amount) ? amount : undefined;
}

/** The other way; of bytes as many digits as `readAmount` takes. */
export function toText(amount: number | null, unit: number): string {
  return amount === null ? '' : String(Number((amount / unit).toFixed(6)));
}
