import type { Finding, Outcome } from '../../contracts/finding.ts';
import type { CheckDefinition } from '../define.ts';
import type { UnseenReason } from '../unseen-words.ts';
import type { GuestView, LinuxView, WindowsView } from './guest-view.ts';
import type { Why } from './unseen.ts';

/** Undefined: the check does not apply to this image. If the facts could not be seen, the outcome is `unknown`, with the reason. */
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
export function diskCheck(check: Definition<GuestView>): GuestCheck {
  return {
    ...check,
    appliesTo: 'any',
    judge: (view) => check.judge(view, view),
  };
}

export function linuxCheck(check: Definition<LinuxView>): GuestCheck {
  return {
    ...check,
    appliesTo: 'linux',
    judge: (view) => view.linux && check.judge(view.linux, view),
  };
}

export function windowsCheck(check: Definition<WindowsView>): GuestCheck {
  return {
    ...check,
    appliesTo: 'windows',
    judge: (view) => view.windows && check.judge(view.windows, view),
  };
}

export function whether(passes: boolean): 'pass' | 'fail' {
  return passes ? 'pass' : 'fail';
}

export function advise(present: boolean): { outcome: 'pass' | 'warn' } {
  return { outcome: present ? 'pass' : 'warn' };
}

export function cannotTell(reason: UnseenReason, what?: string): { outcome: 'unknown'; why: Why } {
  return {
    outcome: 'unknown',
    why: { reason, what },
  };
}

/** Passes if nothing was found. Otherwise names the findings, capped like all params. */
export function judgeFound(
  otherwise: 'warn' | 'fail',
  name: string,
  found: readonly string[],
  separator = ' ',
): { outcome: 'pass' | 'warn' | 'fail'; params: Finding['params'] } {
  return {
    outcome: found.length === 0 ? 'pass' : otherwise,
    params: { [name]: found.join(separator).slice(0, 200) },
  };
}
