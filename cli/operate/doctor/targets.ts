import { openTargets } from '../../../adapters/targets/open.ts';
import { isBootreadyError } from '../../../shared/errors.ts';
import type { Dependency } from './dependency.ts';
import { explainReason } from './reason.ts';

export const targets: Dependency = {
  name: 'targets',
  seconds: 30,
  remedy: 'Check that the targets named in TARGETS answer from here.',
  examine: async ({ config, say, signal }) => {
    const unknown = config.DELIVER_TO.filter((name) => !(name in config.TARGETS));
    for (const name of unknown) {
      say.failed(
        `DELIVER_TO names "${name}", but TARGETS has no target with that name.`,
        'Add it to TARGETS, or remove it from DELIVER_TO.',
      );
    }
    const open = openTargets(config.TARGETS);
    if (open.size === 0 && unknown.length === 0) say.ok('None: published images stay in the images bucket.');
    await Promise.all(
      [...open].map(async ([name, target]) => {
        try {
          say.ok(`Target "${name}" (${config.TARGETS[name]?.kind}): ${await target.check(signal)}.`);
        } catch (error) {
          if (isBootreadyError(error)) say.failed(error.message, error.remedy ?? targets.remedy);
          else say.failed(`Target "${name}" fails: ${explainReason(error)}.`, targets.remedy);
        }
      }),
    );
  },
};
