import { anyLinux, isLinux, type ScriptRemedy } from './define.ts';

export const dhcpNetwork: ScriptRemedy = {
  code: 'dhcp-network',
  answers: ['network-bound-to-mac', 'network-static', 'network-adapter-names', 'cloud-init-network'],
  appliesTo: isLinux,
  systems: anyLinux,
  title: { en: 'Network by DHCP', de: 'Netzwerk per DHCP' },
  plan: {
    en: 'Removes network configuration that names one adapter, its hardware address or a fixed address, and lets cloud-init, or without it the network service of the system, set up every adapter by DHCP.',
    de: 'Entfernt Netzwerkkonfiguration, die einen einzelnen Adapter, dessen Hardware-Adresse oder eine feste Adresse nennt, und lässt cloud-init, oder ohne cloud-init den Netzwerkdienst des Systems, jeden Adapter per DHCP einrichten.',
  },
  script: `
bound='([0-9a-f]{2}:){5}[0-9a-f]{2}|^[[:space:]]*Address[[:space:]]*=|addresses:|method=manual|^IPADDR|inet6? static|(^|[[:space:]="])(eno|enp|ens|enx|em)[0-9]'
for f in /etc/udev/rules.d/*persistent-net*.rules; do [ -e "$f" ] && rm -f "$f" && changed "removed $f"; done
for f in /etc/systemd/network/*.network /etc/systemd/network/*.link /etc/netplan/*.yaml /etc/sysconfig/network-scripts/ifcfg-* /etc/sysconfig/network/ifcfg-* /etc/NetworkManager/system-connections/* /etc/network/interfaces.d/*; do
  case $f in *ifcfg-lo) continue;; esac
  if [ -f "$f" ] && grep -v '^[[:space:]]*#' "$f" | grep -Eiq "$bound"; then rm -f "$f"; changed "removed $f"; fi
done
if [ -f /etc/network/interfaces ] && grep -v '^[[:space:]]*#' /etc/network/interfaces | grep -Eiq "$bound"; then
  printf 'auto lo\\niface lo inet loopback\\n\\nsource /etc/network/interfaces.d/*\\n' > /etc/network/interfaces
  changed 'rewrote /etc/network/interfaces with only the loopback adapter'
fi
for f in /etc/cloud/cloud.cfg /etc/cloud/cloud.cfg.d/*.cfg; do
  if [ -f "$f" ] && grep -Eq '^network:[[:space:]]*[{][[:space:]]*config:[[:space:]]*disabled' "$f"; then
    sed -i -E '/^network:[[:space:]]*[{][[:space:]]*config:[[:space:]]*disabled/d' "$f"; changed "lets cloud-init set up the network: $f"
  fi
done
if command -v cloud-init >/dev/null; then :
elif command -v netplan >/dev/null; then
  printf 'network:\\n  version: 2\\n  ethernets:\\n    all:\\n      match: {name: "e*"}\\n      dhcp4: true\\n' > /etc/netplan/90-bootready.yaml; chmod 600 /etc/netplan/90-bootready.yaml
  changed 'wrote /etc/netplan/90-bootready.yaml'
elif ls /etc/systemd/system/*/systemd-networkd.service >/dev/null 2>&1; then
  printf '[Match]\\nName=e*\\n\\n[Network]\\nDHCP=yes\\n' > /etc/systemd/network/90-bootready.network
  changed 'wrote /etc/systemd/network/90-bootready.network'
elif command -v NetworkManager >/dev/null; then :
else cannot 'the system has neither cloud-init, netplan, systemd-networkd nor NetworkManager to set up every adapter'
fi
`,
};
