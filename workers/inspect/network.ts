import type { NetworkView } from '../../shared/checks/guest/view.ts';
import { active, type Reader } from './reader.ts';

const files = [
  '/etc/udev/rules.d/*persistent-net*.rules',
  '/etc/netplan/*.yaml',
  '/etc/sysconfig/network-scripts/ifcfg-*',
  '/etc/NetworkManager/system-connections/*',
  '/etc/network/interfaces',
];
const hardwareAddress = /(?:[0-9a-f]{2}:){5}[0-9a-f]{2}/i;

export const lookAtNetwork = async ({ expand, holding }: Reader): Promise<NetworkView> => ({
  macFiles: await holding(await expand(...files), (line) => active(line) && hardwareAddress.test(line)),
});
