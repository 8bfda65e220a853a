import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { checkCompose } from '../dev/compose-check.ts';

const root = join(import.meta.dirname, '..');
const compose = readFileSync(join(root, 'docker-compose.yml'), 'utf8');
const example = join(root, '.env.example');

describe('docker-compose.yml', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'compose-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const checked = (text: string): Promise<string> => {
    const file = join(folder, 'docker-compose.yml');
    writeFileSync(file, text);
    return checkCompose(file, example);
  };

  test('is sound, with the variables of .env.example and no others', async () => {
    expect(await checkCompose(join(root, 'docker-compose.yml'), example)).toContain('12 services');
  });

  test('publishes what the example for Prometheus scrapes, each by the process that the example names', () => {
    type Service = { environment?: Record<string, unknown>; ports?: string[] };
    const { services } = parse(compose, { merge: true }) as { services: Record<string, Service> };
    const config = parse(readFileSync(join(root, 'deploy/prometheus/prometheus.yml'), 'utf8')) as {
      scrape_configs: { static_configs: { targets: string[] }[] }[];
    };
    const served = ['api', 'worker', 'queue-worker'].flatMap((name) => {
      const { environment = {}, ports = [] } = services[name] ?? {};
      const metrics = [environment.METRICS_PORT, environment.TEMPORAL_METRICS_PORT].filter(
        (port) => port !== undefined,
      );
      return metrics.filter((port) => ports.includes(`127.0.0.1:${port}:${port}`)).map((port) => `127.0.0.1:${port}`);
    });
    const scraped = config.scrape_configs.flatMap((job) => job.static_configs.flatMap(({ targets }) => targets));
    expect(served.sort()).toEqual(scraped.sort());
  });

  test.each([
    ['an unknown key', (text: string) => text.replace('healthcheck:', 'healthchek:'), /healthchek/],
    ['a service that is not declared', (text: string) => text.replace('  redis:\n', '  rediss:\n'), /redis/],
    ['a volume that is not declared', (text: string) => text.replace('\n  objects:\n', '\n'), /objects/],
    [
      'a variable that the example lacks',
      (text: string) => text.replace('{REDIS_PASSWORD:?', '{REDIS_SECRET:?'),
      /REDIS_SECRET/,
    ],
    ['an image without a version', (text: string) => text.replace('redis:7.4.6-bookworm', 'redis'), /no fixed version/],
    [
      'a wait for health without a health check',
      (text: string) => text.replace('test: [CMD, nc, -z, localhost, "7233"]', 'disable: true'),
      /temporal/,
    ],
  ])('a copy with %s is refused by name', async (_what, broken, words) => {
    expect(broken(compose)).not.toBe(compose);
    await expect(checked(broken(compose))).rejects.toMatchObject({ stderr: expect.stringMatching(words) });
  });
});
