import type { Dependency } from './dependency.ts';

/** Node runs TypeScript by itself from here on: https://nodejs.org/api/typescript.html */
const oldest = [22, 18] as const;

export const node: Dependency = {
  name: 'node',
  seconds: 1,
  remedy: 'Install Node 24.',
  examine: ({ say }) => {
    const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
    if (major < oldest[0] || (major === oldest[0] && minor < oldest[1])) {
      say.failed(`Node ${process.versions.node} is too old.`, node.remedy);
    } else say.ok(`Node ${process.versions.node}.`);
    return Promise.resolve();
  },
};
