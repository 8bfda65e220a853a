import { type Case, windows } from './case.ts';

export const onWindows: Case[] = [
  ['windows-virtio', windows(), 'unknown'],
  ['windows-virtio', windows({ drivers: ['netkvm.sys'] }), 'fail'],
  ['windows-cloudbase-init', windows(), 'pass'],
  ['windows-cloudbase-init', windows({ cloudbaseInit: false }), 'fail'],
];
