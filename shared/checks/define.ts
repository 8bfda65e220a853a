import type { Outcome } from '../contracts/finding.ts';
import type { GuestFacts } from '../contracts/run.ts';
import { formatMessage, type Params } from './message.ts';
import { sayParam } from './param-words.ts';
import type { Language, Text } from './text.ts';
import { wordsOfUnseen } from './unseen-words.ts';

export type { Params } from './message.ts';
export type { Language, Text } from './text.ts';

/**
 * An entry of the catalogue. Texts are ICU messages (`message.ts`) with the params of the finding.
 * - `safety`: a failure rejects the image whatever the policy says (format, hostile content, limits).
 * - `required`: a failure rejects under `enforce` and is a warning under `warn`.
 * - `advice`: never rejects.
 */
export type CheckDefinition = {
  readonly severity: 'safety' | 'required' | 'advice';
  /** The thing that is checked, as a short noun phrase, e.g. "virtio block driver in the initramfs". */
  readonly title: Text;
  /** Shown when the outcome is not `pass`: what is the matter and what it means for the user. */
  readonly problem: Text;
  /** How the reader can fix it. */
  readonly remedy: Text;
  /** The same as shell commands, to be copied; without params, which are the guest's words and no part of a command. */
  readonly commands?: readonly Command[];
  /** Findings of the boot check. If one of them passes, this check holds too, whatever the inspection found. */
  readonly shownBy?: readonly string[];
};

/** Families by their package manager. */
const commandSystems = ['any', 'debian', 'rhel', 'suse', 'alpine', 'windows'] as const;
export type CommandSystem = (typeof commandSystems)[number];
type Command = { readonly on: CommandSystem; readonly run: string };

/** The systems whose commands fit a guest: those of its family, or all while the family is not known. */
export function findSystems(guest: GuestFacts | undefined): ReadonlySet<CommandSystem> {
  if (guest?.osType === 'windows') return new Set(['any', 'windows']);
  if (guest?.packageFormat === 'deb') return new Set(['any', 'debian']);
  if (guest?.packageFormat === 'apk') return new Set(['any', 'alpine']);
  if (guest?.packageFormat === 'rpm') return new Set(['any', /suse|sles/.test(guest.osDistro ?? '') ? 'suse' : 'rhel']);
  return new Set(commandSystems);
}

export function defineChecks<const T extends Readonly<Record<string, CheckDefinition>>>(checks: T): T {
  return checks;
}

export type DescribedFinding = { title: string; problem?: string; remedy?: string; commands?: Command[] };

const startedAllTheSame: Text = {
  en: 'The image still started in the boot check, which counts for more. The inspection from outside found:',
  de: 'Das Image ist im Starttest trotzdem gestartet, und das zählt mehr. Die Prüfung von außen ergab:',
};

function fill(text: Text, params: Params, language: Language): string {
  const values = Object.entries(params).map(([name, value]) => [name, sayParam(name, value, language)]);
  return formatMessage(text[language], language, Object.fromEntries(values));
}

/** The words for one finding: the title always; problem, remedy and commands unless it passed. */
export function describeCheck(
  check: CheckDefinition,
  outcome: Outcome,
  params: Params,
  language: Language,
  systems: ReadonlySet<CommandSystem> = new Set(commandSystems),
): DescribedFinding {
  const title = fill(check.title, params, language);
  if (outcome === 'pass') return { title };
  const unseen = outcome === 'unknown' ? wordsOfUnseen(params.unseen) : undefined;
  if (unseen) return { title, problem: fill(unseen.problem, params, language), remedy: unseen.remedy[language] };
  const commands = check.commands?.filter(({ on }) => systems.has(on)) ?? [];
  const problem = fill(check.problem, params, language);
  return {
    title,
    problem: params.shownBy === undefined ? problem : `${startedAllTheSame[language]} ${problem}`,
    remedy: fill(check.remedy, params, language),
    ...(commands.length > 0 ? { commands } : {}),
  };
}
