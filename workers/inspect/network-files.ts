import { readYaml } from './yaml.ts';

/** A network configuration file, and the hardware that it binds an image to. */
export type NetworkFile = {
  hardwareAddress: boolean;
  fixedAddress: boolean;
  /** Names of adapters. */
  names: string[];
};

const hardwareAddress = /(?:[0-9a-f]{2}:){5}[0-9a-f]{2}/i;

/** Predictable names that result from a place in a machine (systemd.net-naming-scheme(7)); eth0 and patterns fit any machine. */
export function isNamedByHardware(name: string): boolean {
  return /^(?:eno|enp|ens|enx|em|p\d{1,9}p)\w*$/.test(name) && /\d/.test(name);
}

/** @param lines without comments */
export function readNetworkFile(path: string, lines: readonly string[]): NetworkFile {
  return {
    hardwareAddress: lines.some((line) => hardwareAddress.test(line)),
    ...parseFile(path, lines),
  };
}

function parseFile(path: string, lines: readonly string[]): { fixedAddress: boolean; names: string[] } {
  const { fixedAddress, names } = makeParser(path)(lines, path);
  return { fixedAddress, names: names.map(below) };
}

type Parser = (lines: readonly string[], path: string) => { fixedAddress: boolean; names: string[] };

function captureAll(lines: readonly string[], pattern: RegExp): string[] {
  return lines.flatMap(
    (line) =>
      pattern
        .exec(line)?.[1]
        ?.split(/[\s;,]+/)
        .filter(Boolean) ?? [],
  );
}

/** Lines of shell variables, e.g. `BRIDGE_PORTS='eno1 eno2'`: each name with the words of its value. */
function variables(lines: readonly string[], name: RegExp): string[] {
  return lines.flatMap((line) => {
    const at = line.indexOf('=');
    if (at < 0 || !name.test(line.slice(0, at).trim())) return [];
    return line
      .slice(at + 1)
      .split(/[\s"'(),]+/)
      .filter(Boolean);
  });
}

/** Matches the name of an interface on top of another, e.g. `ens192.100`, `ens192:0`. */
function below(name: string): string {
  return name.split(/[.:@]/, 1)[0] ?? '';
}

function child(value: unknown, key: string): unknown {
  return value !== null && typeof value === 'object' && !Array.isArray(value)
    ? (value as Record<string, unknown>)[key]
    : undefined;
}

function listEntries(value: unknown): [string, unknown][] {
  return value !== null && typeof value === 'object' && !Array.isArray(value) ? Object.entries(value) : [];
}

/** netplan(5): adapters, and what is made of them. */
const netplan: Parser = (lines) => {
  const network = child(readYaml(lines.join('\n')), 'network');
  const adapters = ['ethernets', 'wifis'].flatMap((kind) => listEntries(child(network, kind)));
  const made = ['bonds', 'bridges', 'vlans', 'vrfs', 'dummy-devices'].flatMap((kind) =>
    listEntries(child(network, kind)),
  );
  return {
    fixedAddress: [...adapters, ...made].some(([, each]) => Array.isArray(child(each, 'addresses'))),
    names: adapters.map(([id, adapter]) => {
      const match = child(adapter, 'match');
      const name = child(match, 'name');
      return match === undefined ? id : typeof name === 'string' ? name : '';
    }),
  };
};

function splitWords(line: string): string[] {
  return line.split(/\s+/);
}

/** interfaces(5), bridge-utils-interfaces(5), and what ifenslave and vlan read. */
const members =
  /^(?:bridge[-_]ports|bond[-_](?:slaves|primary)|slaves|bond[-_]master|vlan[-_]raw[-_]device|hwaddress-device)$/;
const interfaces: Parser = (lines) => ({
  fixedAddress: lines.some((line) => {
    const [keyword, name, family, method] = splitWords(line.trim());
    return keyword === 'iface' && name !== 'lo' && /^inet6?$/.test(family ?? '') && method === 'static';
  }),
  names: lines.flatMap((line) => {
    const [keyword = '', ...words] = splitWords(line.trim());
    if (keyword === 'auto' || keyword === 'allow-hotplug') return words.filter((name) => name !== 'lo');
    if (keyword === 'iface') return words.slice(0, 1).filter((name) => name !== 'lo');
    return members.test(keyword) ? words : [];
  }),
});

/** systemd.network(5): Address= may are in [Network] or [Address]. */
const networkd: Parser = (lines) => ({
  fixedAddress: lines.some((line) => /^Address\s*=\s*\S/.test(line)),
  names: captureAll(lines, /^Name\s*=\s*(.+)/),
});

/** nm-settings-keyfile(5) */
const keyfile: Parser = (lines) => ({
  fixedAddress: lines.some((line) => /^(?:method\s*=\s*manual|address1\s*=)/.test(line)),
  names: captureAll(lines, /^(?:interface-name|parent)\s*=\s*(\S+)/),
});

/** ifcfg(5) of SUSE, and Red Hat's sysconfig.txt. SUSE uses only the name of the file; Red Hat uses it if DEVICE is missing. */
const ifcfg: Parser = (lines, path) => {
  const devices = variables(lines, /^DEVICE$/);
  const [own = ''] = devices.length > 0 ? devices : [path.slice(path.lastIndexOf('/ifcfg-') + '/ifcfg-'.length)];
  const parts = variables(lines, /^(?:BRIDGE_PORTS|BONDING_SLAVE_?\d{0,3}|ETHERDEVICE|PHYSDEV)$/);
  return {
    fixedAddress: lines.some((line) => /^IPADDR\w*\s*=\s*["']?[\da-f]/i.test(line) && !/127\.0\.0\.1/.test(line)),
    names: [own, ...parts].filter((name) => name !== 'lo'),
  };
};

/** dhcpcd.conf(5) */
const dhcpcd: Parser = (lines) => ({
  fixedAddress: lines.some((line) => /^\s*static\s+ip6?_address\s*=/.test(line)),
  names: captureAll(lines, /^\s*interface\s+(\S+)/),
});

/** netctl.profile(5), Arch's */
const netctl: Parser = (lines) => ({
  fixedAddress: lines.some((line) => /^IP6?\s*=\s*['"]?static/.test(line)),
  names: variables(lines, /^(?:Interface|BindsToInterfaces)$/),
});

/** Gentoo's net.example: `config_ens192="10.0.0.5/24"`, `bridge_br0="eno1"`, `slaves_bond0="eno1 eno2"`. */
const netifrc: Parser = (lines) => ({
  fixedAddress: variables(lines, /^config_(?!lo$)\w+$/).some((word) => /^[\da-f]{1,4}[.:]/i.test(word)),
  names: [
    ...captureAll(lines, /^(?:config|routes|mac|mtu)_(\w+)\s*=/).filter((name) => name !== 'lo'),
    ...variables(lines, /^(?:bridge|slaves|bond)_\w+$/),
  ],
});

const parsers: [RegExp, Parser][] = [
  [/\/netplan\//, netplan],
  [/\.network$/, networkd],
  [/\/system-connections\//, keyfile],
  [/\/ifcfg-/, ifcfg],
  [/\/interfaces/, interfaces],
  [/\/dhcpcd\.conf$/, dhcpcd],
  [/\/netctl\//, netctl],
  [/\/conf\.d\/net$/, netifrc],
];

function makeParser(path: string): Parser {
  return parsers.find(([pattern]) => pattern.test(path))?.[1] ?? (() => ({ fixedAddress: false, names: [] }));
}
