import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { startObjectStore } from '../../dev/stack/object-store.ts';
import { startPostgres } from '../../dev/stack/postgres.ts';
import { startRedis } from '../../dev/stack/redis.ts';
import { freePort, type Service } from '../../dev/stack/service.ts';
import { startTemporal } from '../../dev/stack/temporal.ts';

export type Stack = {
  /** Of the server; each test file makes a database of its own (database.ts). */
  databaseUrl: string;
  redisUrl: string;
  temporalAddress: string;
  s3: { endpoint: string; region: string; accessKey: string; secretKey: string };
};

declare module 'vitest' {
  export interface ProvidedContext {
    stack: Stack;
  }
}

/** Real servers on free ports with data of their own, once for all files of a suite. */
export const setup = async (project: TestProject): Promise<() => Promise<void>> => {
  const home = await mkdtemp(join(tmpdir(), 'bootready-test-'));
  const dirs = { postgres: join(home, 'postgres'), redis: join(home, 'redis'), temporal: join(home, 'temporal') };
  for (const dir of [...Object.values(dirs), join(home, 's3')]) await mkdir(dir);
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
    const ports = await Promise.all([freePort(), freePort(), freePort(), freePort()]);
    const [postgres, redis, temporal, store] = await Promise.all([
      running(startPostgres({ dataDir: dirs.postgres, port: ports[0], password })),
      running(startRedis({ dataDir: dirs.redis, port: ports[1], password })),
      running(startTemporal({ dataDir: dirs.temporal, port: ports[2] })),
      running(startObjectStore({ dataDir: join(home, 's3'), port: ports[3], ...s3 })),
    ]);
    project.provide('stack', {
      databaseUrl: postgres.url,
      redisUrl: redis.url,
      temporalAddress: temporal.address,
      s3: { endpoint: store.endpoint, region: store.region, ...s3 },
    });
    return teardown;
  } catch (error) {
    await teardown();
    throw error;
  }
};
