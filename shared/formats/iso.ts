import type { Format } from './format.ts';

const descriptors = new Set(['CD001', 'NSR02', 'NSR03']);

/** ISO 9660 (ECMA-119 8.1) or UDF; with an MBR in front (isohybrid) too. Whether it is allowed is decided by admit. */
export const iso: Format = {
  name: 'iso',
  matches: (head) => descriptors.has(head.subarray(32769, 32774).toString('latin1')),
  inspect: (source, head) =>
    Promise.resolve({
      disk: {
        format: 'iso',
        variant: head[510] === 0x55 && head[511] === 0xaa ? 'hybrid' : 'iso9660',
        virtualSize: source.size,
      },
      findings: [],
    }),
};
