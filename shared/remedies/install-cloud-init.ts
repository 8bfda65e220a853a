import { isLinux, type ScriptRemedy } from './define.ts';

/** Services start with the instance, not here: policy-rc.d (invoke-rc.d(8)) keeps Debian's from being started. */
export const installCloudInit: ScriptRemedy = {
  code: 'install-cloud-init',
  answers: ['cloud-init-installed'],
  appliesTo: (guest) => isLinux(guest) && ['deb', 'rpm', 'apk'].includes(guest.packageFormat ?? ''),
  systems: { en: 'Linux with packages of dpkg, rpm or apk', de: 'Linux mit Paketen von dpkg, rpm oder apk' },
  title: { en: 'Install cloud-init', de: 'cloud-init installieren' },
  plan: {
    en: "Installs cloud-init from the system's own package sources. The packages come only from the package hosts that this installation allows.",
    de: 'Installiert cloud-init aus den eigenen Paketquellen des Systems. Die Pakete kommen nur von den Paketservern, die diese Installation erlaubt.',
  },
  needsPackages: true,
  script: `
command -v cloud-init >/dev/null && exit 0
if command -v apt-get >/dev/null; then
  export DEBIAN_FRONTEND=noninteractive
  get="apt-get -q -y -o Acquire::http::Proxy=$http_proxy -o Acquire::https::Proxy=$http_proxy -o Acquire::Languages=none -o APT::Sandbox::User=root -o Dpkg::Options::=--force-confold"
  own=; [ -e /usr/sbin/policy-rc.d ] || { own=1; printf '#!/bin/sh\\nexit 101\\n' > /usr/sbin/policy-rc.d; chmod 755 /usr/sbin/policy-rc.d; }
  $get update && $get install --no-install-recommends cloud-init; done=$?
  apt-get clean
  [ -z "$own" ] || rm -f /usr/sbin/policy-rc.d
  [ $done = 0 ] || cannot 'apt-get could not install cloud-init from the package sources of the system'
elif command -v dnf >/dev/null; then dnf -y --setopt=proxy="$http_proxy" install cloud-init || cannot 'dnf could not install cloud-init from the package sources of the system'
elif command -v yum >/dev/null; then yum -y --setopt=proxy="$http_proxy" install cloud-init || cannot 'yum could not install cloud-init from the package sources of the system'
elif command -v zypper >/dev/null; then zypper --non-interactive install --no-recommends cloud-init || cannot 'zypper could not install cloud-init from the package sources of the system'
elif command -v apk >/dev/null; then apk add cloud-init && setup-cloud-init || cannot 'apk could not install cloud-init from the package sources of the system'
else cannot 'the system has neither apt-get, dnf, yum, zypper nor apk'; fi
command -v cloud-init >/dev/null || cannot 'cloud-init is not there after its installation'
if command -v rpm >/dev/null && command -v systemctl >/dev/null; then systemctl enable cloud-init-local cloud-init cloud-config cloud-final; fi
changed 'installed cloud-init'
`,
};
