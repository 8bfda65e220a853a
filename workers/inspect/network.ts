import type { NetworkView } from '../../shared/checks/guest/guest-view.ts';
import { TooMuch } from '../../shared/checks/guest/unseen.ts';
import { isNamedByHardware, readNetworkFile } from './network-files.ts';
import { largestConfig, type Reader, readLines } from './reader.ts';
import { clean } from './text.ts';

const files = [
  '/etc/udev/rules.d/*net*.rules',
  // nameif(8)
  '/etc/{mactab,iftab}',
  '/etc/systemd/network/*.{network,link}',
  '/etc/netplan/*.yaml',
  '/etc/sysconfig/network-scripts/ifcfg-*',
  '/etc/sysconfig/network/ifcfg-*',
  '/etc/NetworkManager/system-connections/*',
  '/etc/network/interfaces',
  '/etc/network/interfaces.d/*',
  '/etc/dhcpcd.conf',
  '/etc/netctl/*',
  '/etc/conf.d/net',
];
const most = 200;

export async function lookAtNetwork({ among, about }: Reader): Promise<NetworkView> {
  const macFiles: string[] = [];
  const staticFiles: string[] = [];
  const names = new Set<string>();
  const paths = await among(files);
  if (paths.length > most) throw new TooMuch('files of network configuration');
  for (const path of paths) {
    // Indentation means something in YAML.
    const settings = ((await readLines(about, path, largestConfig)) ?? []).filter((line) => !/^\s*(?:#|$)/.test(line));
    const file = readNetworkFile(path, settings);
    if (file.hardwareAddress) macFiles.push(clean(path));
    if (file.fixedAddress) staticFiles.push(clean(path));
    for (const name of file.names) if (isNamedByHardware(name)) names.add(clean(name));
  }
  return { macFiles, staticFiles, fixedNames: [...names].slice(0, most) };
}
