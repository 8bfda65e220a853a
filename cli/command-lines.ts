import type { FindingView } from '../shared/contracts/api.ts';
import { type Line, styled } from './terminal.ts';

/** The commands that mend what was found, one a line to be copied, each named by its system where it is not every one's. */
export const commandLines = ({ commands = [] }: FindingView): Line[] =>
  commands.map(({ on, run }) => [
    '        ',
    styled('strong', run),
    ...(on === 'any' ? [] : [styled('dim', `  # ${on}`)]),
  ]);
