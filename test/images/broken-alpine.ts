import { generateKeyPairSync } from 'node:crypto';
import { constants, copyFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildOnce } from '../../dev/sample/kept.ts';
import { guestfish } from './guestfish.ts';
import { startedAlpine } from './started-alpine.ts';

/** Alpine's own package runs these at boot. Here they do nothing: no registry serves a Python for Alpine. */
const services = ['cloud-init-local', 'cloud-init', 'cloud-config', 'cloud-final'];

/**
 * Its mkinitfs makes an initramfs without virtio. Its apk makes a package with the name of cloud-init, and an index of it: the only repository that the
 * system has. mkinitfs(1), apk-mkpkg(8), apk-mkndx(8), apk-repositories(5)
 */
const script = `set -e
sed -i 's/ scsi//; s/ virtio//' /etc/mkinitfs/mkinitfs.conf
mkinitfs "$(ls /lib/modules)"
cp /srv/key.rsa.pub /etc/apk/keys/
tree=/srv/tree
mkdir -p $tree/usr/bin $tree/usr/sbin $tree/etc/init.d $tree/etc/cloud /srv/packages
printf '#!/bin/sh\\n' > $tree/usr/bin/cloud-init
printf 'datasource_list: [ NoCloud, ConfigDrive, OpenStack, Ec2, None ]\\n' > $tree/etc/cloud/cloud.cfg
for name in ${services.join(' ')}; do printf '#!/sbin/openrc-run\\nstart() {\\n\\t/usr/bin/cloud-init\\n}\\n' > $tree/etc/init.d/$name; done
printf '#!/bin/sh -e\\nrc-update add cloud-init-local boot\\nfor name in cloud-init cloud-config cloud-final; do rc-update add $name default; done\\n' > $tree/usr/sbin/setup-cloud-init
chmod 755 $tree/usr/bin/* $tree/usr/sbin/* $tree/etc/init.d/*
cd /srv/packages
apk mkpkg --sign-key /srv/key.rsa -I name:cloud-init -I version:24.1.4-r0 -I arch:x86_64 -I license:Apache-2.0 -F $tree -o cloud-init-24.1.4-r0.apk
apk mkndx --sign-key /srv/key.rsa -o Packages.adb cloud-init-24.1.4-r0.apk
echo file:///srv/packages/Packages.adb > /etc/apk/repositories
rm -rf $tree /srv/key.rsa*
`;

/** The real Alpine, without virtio in its initramfs and without cloud-init. Both can be repaired without a network. */
export async function brokenAlpine(cacheDir: string): Promise<string> {
  const whole = await startedAlpine(cacheDir);
  const recipe = [import.meta.filename, join(import.meta.dirname, 'started-alpine.ts')];
  const home = await buildOnce({ cacheDir, name: 'broken-alpine', recipe }, async (work) => {
    const disk = join(work, 'disk.raw');
    copyFileSync(whole, disk, constants.COPYFILE_FICLONE);
    const { privateKey, publicKey } = generateKeyPairSync('rsa', {
      modulusLength: 2048,
      privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
      publicKeyEncoding: { type: 'spki', format: 'pem' },
    });
    const files = { 'key.rsa': privateKey, 'key.rsa.pub': publicKey, 'break.sh': script };
    for (const [name, text] of Object.entries(files)) writeFileSync(join(work, name), text);
    await guestfish(`add-drive ${disk} format:raw
run
mount /dev/sda3 /
${Object.keys(files)
  .map((name) => `upload ${join(work, name)} /srv/${name}`)
  .join('\n')}
sh "sh /srv/break.sh"
rm /srv/break.sh
umount /
`);
    for (const name of Object.keys(files)) rmSync(join(work, name));
  });
  return join(home, 'disk.raw');
}
