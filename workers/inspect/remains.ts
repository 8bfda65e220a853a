import type { RemainsView } from '../../shared/checks/guest/view.ts';
import { active, type Reader } from './reader.ts';
import { clean } from './text.ts';

export const lookAtRemains = async ({ read, expand, holding }: Reader): Promise<RemainsView> => ({
  machineId: (await read('/etc/machine-id'))?.[0],
  hostKeys: await expand('/etc/ssh/ssh_host_*_key'),
  authorizedKeys: await holding(await expand('/root/.ssh/authorized_keys', '/home/*/.ssh/authorized_keys'), active),
  // shadow(5): a hash begins with "$"; "*" and "!" let nobody in.
  passwords: ((await read('/etc/shadow')) ?? []).flatMap((line) => {
    const [user = '', hash = ''] = line.split(':');
    return hash.startsWith('$') || (hash === '' && user !== '') ? [user] : [];
  }),
  histories: (await expand('/root/.*_history', '/home/*/.*_history')).map(clean),
});
