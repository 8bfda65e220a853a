import { yamlOf } from './yaml.ts';

/** What a network configuration file binds an image to. */
export type NetworkFile = {
  hardwareAddress: boolean;
  fixedAddress: boolean;
  /** Names of adapters. */
  names: string[];
};

const hardwareAddress = /(?:[0-9a-f]{2}:){5}[0-9a-f]{2}/i;

/** Predictable names that come of a place in a machine (systemd.net-naming-scheme(7)); eth0 and patterns fit any machine. */
export const namedByHardware = (name: string): boolean =>
  /^(?:eno|enp|ens|enx|em|p\d{1,9}p)\w*$/.test(name) && /\d/.test(name);

/** @param lines without comments */
export const networkFileOf = (path: string, lines: readonly string[]): NetworkFile => ({
  hardwareAddress: lines.some((line) => hardwareAddress.test(line)),
  ...parserOf(path)(lines),
});

type Parser = (lines: readonly string[]) => { fixedAddress: boolean; names: string[] };

const captured = (lines: readonly string[], pattern: RegExp): string[] =>
  lines.flatMap(
    (line) =>
      pattern
        .exec(line)?.[1]
        ?.split(/[\s;,]+/)
        .filter(Boolean) ?? [],
  );

/** netplan(5) */
const netplan: Parser = (lines) => {
  const ethernets = child(child(yamlOf(lines.join('\n')), 'network'), 'ethernets');
  const adapters = Object.entries((ethernets ?? {}) as Record<string, unknown>);
  return {
    fixedAddress: adapters.some(([, adapter]) => Array.isArray(child(adapter, 'addresses'))),
    names: adapters.map(([id, adapter]) => {
      const match = child(adapter, 'match');
      const name = child(match, 'name');
      return match === undefined ? id : typeof name === 'string' ? name : '';
    }),
  };
};

const child = (value: unknown, key: string): unknown =>
  value !== null && typeof value === 'object' && !Array.isArray(value)
    ? (value as Record<string, unknown>)[key]
    : undefined;

const wordsOf = (line: string): string[] => line.split(/\s+/);

/** interfaces(5) */
const interfaces: Parser = (lines) => ({
  fixedAddress: lines.some((line) => {
    const [keyword, name, family, method] = wordsOf(line);
    return keyword === 'iface' && name !== 'lo' && /^inet6?$/.test(family ?? '') && method === 'static';
  }),
  names: lines.flatMap((line) => {
    const [keyword, ...words] = wordsOf(line);
    if (keyword === 'auto' || keyword === 'allow-hotplug') return words.filter((name) => name !== 'lo');
    return keyword === 'iface' ? words.slice(0, 1).filter((name) => name !== 'lo') : [];
  }),
});

/** systemd.network(5): Address= may stand in [Network] or [Address]. */
const networkd: Parser = (lines) => ({
  fixedAddress: lines.some((line) => /^Address\s*=\s*\S/.test(line)),
  names: captured(lines, /^Name\s*=\s*(.+)/),
});

/** nm-settings-keyfile(5) */
const keyfile: Parser = (lines) => ({
  fixedAddress: lines.some((line) => /^(?:method\s*=\s*manual|address1\s*=)/.test(line)),
  names: captured(lines, /^interface-name\s*=\s*(\S+)/),
});

/** ifcfg(5) of SUSE, and Red Hat's sysconfig.txt */
const ifcfg: Parser = (lines) => ({
  fixedAddress: lines.some((line) => /^IPADDR\d*\s*=\s*["']?\d/.test(line) && !/127\.0\.0\.1/.test(line)),
  names: captured(lines, /^DEVICE\s*=\s*["']?([^"'\s]+)/).filter((name) => name !== 'lo'),
});

const parsers: [RegExp, Parser][] = [
  [/\/netplan\//, netplan],
  [/\.network$/, networkd],
  [/\/system-connections\//, keyfile],
  [/\/ifcfg-/, ifcfg],
  [/\/interfaces/, interfaces],
];

const parserOf = (path: string): Parser =>
  parsers.find(([pattern]) => pattern.test(path))?.[1] ?? (() => ({ fixedAddress: false, names: [] }));
