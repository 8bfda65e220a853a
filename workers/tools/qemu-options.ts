/** QEMU's own filter of system calls, for every QEMU that we start: it starts no program, and gains or sets nothing. qemu-system-x86_64(1) */
export const sandboxOption = [
  '-sandbox',
  'on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny',
] as const;
