import type { FindingView } from '../shared/contracts/api.ts';
import { type Line, withStyle } from './terminal.ts';

/** The commands that fix a finding, one per line, ready to copy. Each is named by its system unless it fits every system. */
export function commandLines({ commands = [] }: FindingView): Line[] {
  return commands.map(({ on, run }) => [
    '        ',
    withStyle('strong', run),
    ...(on === 'any' ? [] : [withStyle('dim', `  # ${on}`)]),
  ]);
}
