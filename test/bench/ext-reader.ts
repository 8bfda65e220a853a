import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Guestfish } from '../../workers/tools/guestfish.ts';
import { runSandboxed } from '../../workers/tools/sandbox.ts';

/**
 * An experiment: guestfish's questions, as far as the look at a Linux asks them, answered by debugfs(8) in the sandbox, without any
 * appliance. ext2 to ext4 on a plain partition only: xfs, btrfs and LVM have no reader like it.
 */
export const extReader = (disk: string, outputDir: string): Guestfish => {
  const { partitiontable } = JSON.parse(execFileSync('sfdisk', ['--json', disk]).toString()) as {
    partitiontable: { partitions: { start: number }[]; sectorsize: number };
  };
  const offset = (partitiontable.partitions.at(-1)?.start ?? 0) * partitiontable.sectorsize;

  const debugfs = async (command: string): Promise<string> => {
    const { stdout } = await runSandboxed({
      command: 'debugfs',
      args: ['-R', command, `/in/disk?offset=${offset}`],
      readOnly: { '/in/disk': disk },
      writable: { '/out': outputDir },
      limits: { wallSeconds: 60, cpuSeconds: 30, memoryBytes: 1024 ** 3, fileBytes: 1024 ** 3 },
    });
    return stdout;
  };

  const folders = new Map<string, Map<string, number>>();
  /** Name to mode, of a folder that is none of a link. */
  const folder = async (path: string): Promise<Map<string, number>> => {
    const known = folders.get(path);
    if (known) return known;
    const entries = (await debugfs(`ls -p "${path}"`)).split('\n').flatMap((line) => {
      const [, inode, mode, , , name] = line.split('/');
      return inode && mode && name && name !== '.' && name !== '..' ? [[name, Number.parseInt(mode, 8)] as const] : [];
    });
    const made = new Map(entries);
    folders.set(path, made);
    return made;
  };
  const isLink = (mode: number): boolean => (mode & 0o170000) === 0o120000;
  const isFolder = (mode: number): boolean => (mode & 0o170000) === 0o040000;
  const target = async (path: string): Promise<string> => {
    const stat = await debugfs(`stat "${path}"`);
    return /Fast link dest: "(.*)"/.exec(stat)?.[1] ?? (await debugfs(`cat "${path}"`));
  };

  /** Where a path leads to, as the guest would see it; undefined where there is nothing. */
  const resolve = async (path: string, hops = 20): Promise<{ path: string; mode: number } | undefined> => {
    let at = { path: '', mode: 0o040000 };
    const parts = path.split('/').filter(Boolean);
    for (const [n, part] of parts.entries()) {
      if (part === '.') continue;
      if (part === '..') {
        at = { path: at.path.replace(/\/[^/]*$/, ''), mode: 0o040000 };
        continue;
      }
      const mode = isFolder(at.mode) ? (await folder(at.path || '/')).get(part) : undefined;
      if (mode === undefined) return undefined;
      if (isLink(mode)) {
        if (hops === 0) return undefined;
        const to = await target(`${at.path}/${part}`);
        const rest = parts.slice(n + 1).join('/');
        return resolve(`${to.startsWith('/') ? to : `${at.path}/${to}`}/${rest}`, hops - 1);
      }
      at = { path: `${at.path}/${part}`, mode };
    }
    return at;
  };

  const expand = async (pattern: string): Promise<string[]> => {
    let found = [''];
    for (const part of pattern.split('/').filter(Boolean)) {
      const next: string[] = [];
      for (const base of found) {
        const there = await resolve(base);
        if (!there || !isFolder(there.mode)) continue;
        const expression = new RegExp(`^${part.replaceAll(/[.+^$(){}|[\]\\]/g, '\\$&').replaceAll('*', '.*')}$`);
        const names = [...(await folder(there.path || '/')).keys()].sort();
        const hidden = part.startsWith('.');
        next.push(
          ...names
            .filter((name) => expression.test(name) && (hidden || !name.startsWith('.')))
            .map((name) => `${base}/${name}`),
        );
      }
      found = next;
    }
    return found;
  };

  const lines = (text: string): string[] => text.split('\n').filter((line) => line !== '');
  const content = async (path: string): Promise<string | undefined> => {
    const there = await resolve(path);
    return there && !isFolder(there.mode) ? debugfs(`cat "${there.path}"`) : undefined;
  };

  const answers: Record<string, (...args: string[]) => Promise<string[] | undefined>> = {
    exists: async (path) => [String((await resolve(path ?? '')) !== undefined)],
    cat: async (path) => {
      const text = await content(path ?? '');
      return text === undefined ? undefined : lines(text);
    },
    ls: async (path) => {
      const there = await resolve(path ?? '');
      return there && isFolder(there.mode) ? [...(await folder(there.path || '/')).keys()].sort() : undefined;
    },
    'glob-expand': (pattern) => expand(pattern ?? ''),
    grep: async (pattern, path) => {
      const text = await content(path ?? '');
      return text === undefined ? undefined : lines(text).filter((line) => line.includes(pattern ?? ''));
    },
    readlink: async (path = '') => {
      const parent = await resolve(path.replace(/\/[^/]*$/, ''));
      const name = path.split('/').pop() ?? '';
      const mode = parent && (await folder(parent.path || '/')).get(name);
      return mode !== undefined && isLink(mode) ? [await target(`${parent?.path}/${name}`)] : undefined;
    },
    download: async (path, to) => {
      const there = await resolve(path ?? '');
      if (there) await debugfs(`dump "${there.path}" ${to}`);
      return there ? [] : undefined;
    },
    'download-offset': async (_device, to = '', from, size) => {
      const head = execFileSync('dd', [`if=${disk}`, 'bs=1', `skip=${from}`, `count=${size}`, 'status=none']);
      writeFileSync(join(outputDir, to.replace('/out/', '')), head);
      return [];
    },
    'inspect-list-applications2': async () =>
      ((await content('/var/lib/dpkg/status')) ?? '').split('\n\n').flatMap((entry) => {
        const field = (name: string): string => new RegExp(`^${name}: (.*)$`, 'm').exec(entry)?.[1] ?? '';
        if (field('Status') !== 'install ok installed') return [];
        const version = field('Version')
          .replace(/^\d+:/, '')
          .replace(/-[^-]*$/, '');
        return [`  app2_name: ${field('Package')}`, `  app2_version: ${version}`];
      }),
  };
  return {
    ask: (command, ...args) => {
      const answer = answers[command];
      if (!answer) throw new Error(`the reader without appliance has no answer to ${command}`);
      return answer(...args);
    },
  };
};
