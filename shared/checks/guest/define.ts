import type { Finding, Outcome } from '../../contracts/finding.ts';
import type { CheckDefinition } from '../define.ts';
import type { UnseenReason } from '../unseen-words.ts';
import type { Why } from './unseen.ts';
import type { GuestView, LinuxView, WindowsView } from './view.ts';

/** Undefined: the check does not apply to what was seen. What could not be seen is `unknown`, with its reason. */
export type Judgement =
  | { outcome: Exclude<Outcome, 'unknown'>; params?: Finding['params'] }
  | { outcome: 'unknown'; why: Why }
  | undefined;

/** One check of what is inside an image: words, and the rule that makes an outcome of what was seen. */
export type GuestCheck = CheckDefinition & {
  readonly code: string;
  readonly appliesTo: 'any' | 'linux' | 'windows';
  readonly judge: (view: GuestView) => Judgement;
};

type Definition<View> = Omit<GuestCheck, 'appliesTo' | 'judge'> & {
  readonly judge: (view: View, whole: GuestView) => Judgement;
};

/** A check of the disk as a whole, whatever system is on it. */
export const diskCheck = (check: Definition<GuestView>): GuestCheck => ({
  ...check,
  appliesTo: 'any',
  judge: (view) => check.judge(view, view),
});

export const linuxCheck = (check: Definition<LinuxView>): GuestCheck => ({
  ...check,
  appliesTo: 'linux',
  judge: (view) => view.linux && check.judge(view.linux, view),
});

export const windowsCheck = (check: Definition<WindowsView>): GuestCheck => ({
  ...check,
  appliesTo: 'windows',
  judge: (view) => view.windows && check.judge(view.windows, view),
});

export const whether = (passes: boolean): 'pass' | 'fail' => (passes ? 'pass' : 'fail');

export const advised = (present: boolean): { outcome: 'pass' | 'warn' } => ({ outcome: present ? 'pass' : 'warn' });

export const cannotTell = (reason: UnseenReason, what?: string): { outcome: 'unknown'; why: Why } => ({
  outcome: 'unknown',
  why: { reason, what },
});

/** Passes when nothing was found; else names what was, capped as params are. */
export const told = (
  otherwise: 'warn' | 'fail',
  name: string,
  found: readonly string[],
  separator = ' ',
): { outcome: 'pass' | 'warn' | 'fail'; params: Finding['params'] } => ({
  outcome: found.length === 0 ? 'pass' : otherwise,
  params: { [name]: found.join(separator).slice(0, 200) },
});
