import type { BootPolicy, Policy, TargetFormat } from '../../shared/contracts/image.ts';
import type { WordKey } from '../words/words.ts';

/** The values of an image's settings in words. */
export const formatNames = {
  raw: 'formatRaw',
  qcow2: 'formatQcow2',
  keep: 'formatKeep',
} as const satisfies Record<TargetFormat, WordKey>;
export const policyNames = {
  enforce: 'policyEnforce',
  warn: 'policyWarn',
} as const satisfies Record<Policy, WordKey>;
export const bootNames = {
  require: 'bootRequire',
  warn: 'bootWarn',
  off: 'bootOff',
} as const satisfies Record<BootPolicy, WordKey>;
