import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { containerProfile } from '../../workers/tools/seccomp/container.ts';

/** deploy/seccomp/worker.json, made of the lists of the sandbox: `npm run docs`. A test holds file and code together. */
export const containerProfilePath = join(import.meta.dirname, '../../deploy/seccomp/worker.json');

export function containerProfileText(): string {
  return `${JSON.stringify(containerProfile(), null, 2)}\n`;
}

if (import.meta.main) writeFileSync(containerProfilePath, containerProfileText());
