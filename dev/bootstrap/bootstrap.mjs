import { checkHost } from './host.mjs';
import { runNode24 } from './node-24.mjs';
import { installNpmPackages } from './npm-packages.mjs';

/** From a bare clone to a host that has all it takes; silent when it has. Gives an exit code. */
export const setUp = async () => {
  checkHost();
  await installNpmPackages();
  return runNode24(['dev/setup.ts']);
};
