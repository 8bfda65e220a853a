import type { Outcome } from '../contracts/finding.ts';

export type Language = 'en' | 'de';
export type Params = Readonly<Record<string, string | number>>;
export type Text = Readonly<Record<Language, string>>;

/**
 * An entry of the catalogue. Texts may mention a finding's params as `{name}`.
 * - `safety`: a failure rejects the image whatever the policy says (format, hostile content, limits).
 * - `required`: a failure rejects under `enforce` and is a warning under `warn`.
 * - `advice`: never rejects.
 */
export type CheckDefinition = {
  readonly severity: 'safety' | 'required' | 'advice';
  /** What is looked at, as a short noun phrase, e.g. "virtio block driver in the initramfs". */
  readonly title: Text;
  /** Shown when the outcome is not `pass`: what is the matter and what it means for the user. */
  readonly problem: Text;
  /** What to do about it; a command where there is one. */
  readonly remedy: Text;
};

export const defineChecks = <const T extends Readonly<Record<string, CheckDefinition>>>(checks: T): T => checks;

export type DescribedFinding = { title: string; problem?: string; remedy?: string };

const fill = (text: string, params: Params): string =>
  text.replaceAll(/\{([a-zA-Z]+)\}/g, (whole, name: string) => String(params[name] ?? whole));

/** The words for one finding: the title always, problem and remedy unless it passed. */
export const describeCheck = (
  check: CheckDefinition,
  outcome: Outcome,
  params: Params,
  language: Language,
): DescribedFinding => {
  const title = fill(check.title[language], params);
  if (outcome === 'pass') return { title };
  return { title, problem: fill(check.problem[language], params), remedy: fill(check.remedy[language], params) };
};
