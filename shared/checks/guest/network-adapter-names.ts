import { judgeFound, linuxCheck } from './define.ts';

export const networkAdapterNames = linuxCheck({
  code: 'network-adapter-names',
  severity: 'advice',
  title: { en: 'Network not bound to old adapter names', de: 'Netzwerk nicht an alte Adapternamen gebunden' },
  problem: {
    en: 'The network configuration names adapters of the old machine ({names}). On the platform, adapters have other names (enp1s0, ens3, eth0) and get no address.',
    de: 'Die Netzwerkkonfiguration nennt Adapter der alten Maschine ({names}). Auf der Plattform heißen Adapter anders (enp1s0, ens3, eth0) und erhalten keine Adresse.',
  },
  remedy: {
    en: "Match every adapter instead of one name (netplan: match: '{'name: \"e*\"'}'; systemd-networkd: Name=e*), or leave the network to cloud-init.",
    de: "Wählen Sie jeden Adapter statt eines Namens (netplan: match: '{'name: \"e*\"'}'; systemd-networkd: Name=e*), oder überlassen Sie das Netzwerk cloud-init.",
  },
  judge: ({ network }) => judgeFound('warn', 'names', network.fixedNames),
});
