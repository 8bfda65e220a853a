import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { startObjectStore } from '../../dev/stack/object-store.ts';
import { startPostgres } from '../../dev/stack/postgres.ts';
import { freePort, type Service } from '../../dev/stack/service.ts';
import { startTemporal } from '../../dev/stack/temporal.ts';
import { makeTemplate } from './database-server.ts';

export type Stack = {
  /** Of the server; each test file makes a database of its own (database.ts). */
  databaseUrl: string;
  temporalAddress: string;
  s3: { endpoint: string; region: string; accessKey: string; secretKey: string };
  /** Where processes of the product keep what they have compiled of their sources, for the next one. */
  compileCache: string;
};

declare module 'vitest' {
  export interface ProvidedContext {
    stack: Stack;
  }
}

/** Real servers on free ports with data of their own, once for all files of a suite. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const home = await mkdtemp(join(tmpdir(), 'bootready-test-'));
  const dirs = {
    postgres: join(home, 'postgres'),
    temporal: join(home, 'temporal'),
    s3: join(home, 's3'),
  };
  for (const dir of Object.values(dirs)) await mkdir(dir);
  const services: Service[] = [];
  const running = async <T extends Service>(start: Promise<T>): Promise<T> => {
    const service = await start;
    services.push(service);
    return service;
  };
  const teardown = async (): Promise<void> => {
    await Promise.all(services.map((service) => service.stop()));
    await rm(home, { recursive: true, force: true });
  };
  try {
    const password = 'test';
    const s3 = { accessKey: 'testaccess', secretKey: 'testsecret-testsecret' };
    const ports = await Promise.all([freePort(), freePort(), freePort()]);
    const [postgres, temporal, store] = await Promise.all([
      running(startPostgres({ dataDir: dirs.postgres, port: ports[0], password, isFleeting: true })),
      running(startTemporal({ dataDir: dirs.temporal, port: ports[1] })),
      running(startObjectStore({ dataDir: dirs.s3, port: ports[2], ...s3 })),
    ]);
    await makeTemplate(postgres.url);
    project.provide('stack', {
      databaseUrl: postgres.url,
      temporalAddress: temporal.address,
      s3: { endpoint: store.endpoint, region: store.region, ...s3 },
      compileCache: join(home, 'compile-cache'),
    });
    return teardown;
  } catch (error) {
    await teardown();
    throw error;
  }
}
