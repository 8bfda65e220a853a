import type { ServicesView } from '../../shared/checks/guest/view.ts';
import type { Reader } from './reader.ts';

export const lookAtServices = async ({ exists }: Reader): Promise<ServicesView> => ({
  sshServer: await exists('/usr/sbin/sshd', '/usr/sbin/dropbear'),
  growpart: await exists('/usr/bin/growpart'),
});
