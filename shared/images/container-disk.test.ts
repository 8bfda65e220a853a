import { expect, test } from 'vitest';
import { containerDiskName, containerDiskPath } from './container-disk.ts';

/** The grammars of the distribution spec 1.1, "Pulling manifests". */
const repositories = /^[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(\/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*$/;
const tags = /^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$/;

test.each(['demo', 'a--b', '0', 'ends-with---', 'a'.repeat(63)])('project %s has a repository', (projectId) => {
  const { repository, tag } = containerDiskName('some/vms', {
    projectId,
    imageId: 'f3f1e6a0-4f7c-4a86-9f49-5b7c2f9c1d11',
  });
  expect(repository).toMatch(repositories);
  expect(repository).toMatch(/^some\/vms\//);
  expect(tag).toMatch(tags);
});

test('the disk lies where KubeVirt looks', () => {
  expect(containerDiskPath('qcow2')).toBe('disk/disk.qcow2');
});
