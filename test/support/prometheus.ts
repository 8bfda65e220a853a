import { execFile } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { parse, stringify } from 'yaml';
import { freePort, type Service, startServer } from '../../dev/stack/service.ts';

export const deploy = join(import.meta.dirname, '../../deploy/prometheus');

/** A sample of an instant vector. */
export type Sample = { metric: Record<string, string>; value: [number, string] };
export type Target = { scrapePool: string; health: string; lastError: string };

export type Prometheus = Service & {
  /** @throws Error with Prometheus' own words when it does not take the expression */
  query(expression: string): Promise<Sample[]>;
  targets(): Promise<Target[]>;
};

type Answer = { status: string; error?: string; data: { result: Sample[]; activeTargets: Target[] } };

/** Debian's Prometheus with the configuration of deploy/, whose targets are those of each job that are given. */
export async function startPrometheus(home: string, findTargets: Record<string, string[]>): Promise<Prometheus> {
  await mkdir(home, { recursive: true });
  const config = parse(await readFile(join(deploy, 'prometheus.yml'), 'utf8'));
  config.global = { scrape_interval: '1s', evaluation_interval: '1s' };
  config.rule_files = [join(deploy, 'alerts.yml')];
  for (const job of config.scrape_configs) job.static_configs = [{ targets: findTargets[job.job_name] ?? [] }];
  const file = join(home, 'prometheus.yml');
  await writeFile(file, stringify(config));
  const url = `http://127.0.0.1:${await freePort()}`;
  const ask = async (path: string): Promise<Answer['data']> => {
    const answer = (await (await fetch(`${url}/api/v1/${path}`)).json()) as Answer;
    if (answer.status !== 'success') throw new Error(answer.error);
    return answer.data;
  };
  const service = await startServer({
    name: 'Prometheus',
    command: 'prometheus',
    args: [
      `--config.file=${file}`,
      `--storage.tsdb.path=${join(home, 'data')}`,
      `--web.listen-address=${new URL(url).host}`,
    ],
    logFile: join(home, 'prometheus.log'),
    ready: async () => (await fetch(`${url}/-/ready`)).ok,
  });
  return {
    ...service,
    query: async (expression) => (await ask(`query?${new URLSearchParams({ query: expression })}`)).result,
    targets: async () => (await ask('targets?state=active')).activeTargets,
  };
}

/** @throws with what it says when it is not content */
export async function promtool(...args: string[]): Promise<string> {
  return (await promisify(execFile)('promtool', args, { cwd: deploy })).stdout;
}
