import type { WindowsView } from '../../shared/checks/guest/view.ts';
import type { Reader } from './reader.ts';

export const lookAtWindows = async ({ ask, list }: Reader, root: string): Promise<WindowsView> => {
  const systemRoot = (await ask('inspect-get-windows-systemroot', root))?.[0] ?? '/Windows';
  const folder = (await ask('case-sensitive-path', `${systemRoot}/System32/drivers`))?.[0];
  const files = folder ? await list(folder) : [];
  const cloudbase = await ask('case-sensitive-path', '/Program Files/Cloudbase Solutions/Cloudbase-Init');
  return {
    drivers: files.map((name) => name.toLowerCase()).filter((name) => /^(viostor|vioscsi|netkvm)\.sys$/.test(name)),
    cloudbaseInit: cloudbase !== undefined,
  };
};
