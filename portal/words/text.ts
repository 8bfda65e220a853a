import type { Text } from '../../shared/checks/define.ts';

/** In every language of the portal, which are those of the catalogue. */
export type Words = Readonly<Record<string, Text>>;
