import { type Seen, TooMuch, Unseen, type Why } from '../../shared/checks/guest/unseen.ts';
import type { NamePart } from '../../shared/ports/foreign.ts';

/** The parts of an inspection. If one exceeds its time or memory, the inspection runs again without it. */
type Part =
  | 'disk'
  | 'operating system'
  | 'os-release'
  | 'init system'
  | 'boot configuration'
  | 'kernel'
  | 'initramfs'
  | 'packages'
  | 'cloud-init'
  | 'startup'
  | 'network'
  | 'services'
  | 'remains'
  | 'Windows'
  | 'checks';

export type Parts = {
  /** Checks one part; what it needs of others may be `Unseen`, and then so is this one. */
  look<T>(part: Part, work: () => Promise<T> | T): Promise<Seen<T>>;
  /** The parts that exceeded their limits. */
  unseen(): readonly string[];
};

function tooMuch(part: Part): { unseen: Why } {
  return { unseen: { reason: 'too-much', what: part } };
}

/** @param without the parts that exceeded their limits before */
export function lookByPart(without: readonly string[], begin: NamePart): Parts {
  const unseen = [...without];
  return {
    unseen: () => unseen,
    look: async (part, work) => {
      if (without.includes(part)) return tooMuch(part);
      begin(part);
      try {
        return { value: await work() };
      } catch (error) {
        if (error instanceof Unseen) return { unseen: error.why };
        if (!(error instanceof TooMuch)) throw error;
        unseen.push(part);
        return tooMuch(part);
      }
    },
  };
}
