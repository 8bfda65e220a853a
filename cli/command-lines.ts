import type { FindingView } from '../shared/contracts/api.ts';
import { type Line, styled } from './terminal.ts';

/** The commands that mend what was found, one a line to be copied, each named by its system where it is not every one's. */
export function commandLines({ commands = [] }: FindingView): Line[] {
  return commands.map(({ on, run }) => [
    '        ',
    styled('strong', run),
    ...(on === 'any' ? [] : [styled('dim', `  # ${on}`)]),
  ]);
}
