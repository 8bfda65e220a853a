import { mkdtemp, readFile, rm, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { buildDisk } from '../hostile/images.ts';
import { eventually } from '../support/eventually.ts';
import { firstSweep } from '../support/housekeeping.ts';
import { type EndedRun, type Installation, startInstallation } from '../support/installation.ts';
import { deploy, type Prometheus, promtool, startPrometheus } from '../support/prometheus.ts';

/** What operators are given, held to a real Prometheus that scrapes real processes through which an upload has gone. */

type Panel = { id: number; title: string; type: string; gridPos?: object; targets?: { expr: string }[] };
type Rule = { alert: string; expr: string };

const dashboard = JSON.parse(await readFile(join(deploy, '../grafana/bootready.json'), 'utf8')) as {
  uid: string;
  schemaVersion: number;
  panels: Panel[];
};
const rules = (
  parse(await readFile(join(deploy, 'alerts.yml'), 'utf8')) as { groups: { rules: Rule[] }[] }
).groups.flatMap((group) => group.rules);
/** As Grafana fills them in. */
function filled(expression: string): string {
  return expression.replaceAll('$__rate_interval', '1m').replaceAll('$__range', '1h');
}
const expressions = dashboard.panels.flatMap(({ title, targets = [] }) =>
  targets.map(({ expr }) => [title, filled(expr)] as const),
);

describe('what an installation tells of itself', () => {
  let installation: Installation;
  let prometheus: Prometheus;
  let home: string;
  let run: EndedRun;
  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'metrics-'));
    installation = await startInstallation({ metrics: true });
    await firstSweep(installation);
    const { metrics, apiUrl } = installation;
    prometheus = await startPrometheus(join(home, 'prometheus'), {
      'bootready-api': [metrics.api],
      'bootready-worker': [metrics.steps, metrics.queues],
      'bootready-temporal-sdk': [metrics.temporalSdk],
    });
    await eventually(async () => (await prometheus.targets()).filter(({ health }) => health === 'up').length === 4, {
      within: 60,
      what: 'every target is scraped',
    });
    await fetch(`${apiUrl}/v1/images`);
    await fetch(`${apiUrl}/no/such/path/${'x'.repeat(50)}`);
    await installation.upload('disk', buildDisk(join(home, 'disk')), { policy: 'warn' });
    run = await installation.ended('disk', 240);
    // Two scrapes after the end, so that increases are seen.
    await eventually(async () => (await prometheus.query('sum(bootready_runs_ended_total) == 1')).length === 1, {
      within: 30,
      what: 'the end of the run is scraped',
    });
    await new Promise((resolve) => setTimeout(resolve, 2500));
  }, 400_000);
  afterAll(async () => {
    await prometheus?.stop();
    await installation?.close();
    await rm(home, { recursive: true, force: true });
  });

  /** Nothing of the kind has happened here. */
  const withoutData = new Set(['Boot checks', 'Tries that were not done']);

  test.each(expressions)('panel "%s" can be drawn: %s', async (title, expression) => {
    const samples = await prometheus.query(expression);
    if (!withoutData.has(title)) expect(samples).not.toEqual([]);
  });

  test.each(rules.map(({ alert, expr }) => [alert, expr] as const))(
    'the alert %s is silent',
    async (alert, expression) => {
      const alerts = await prometheus.query(expression);
      // The disk of this machine may really be nearly full.
      if (alert === 'BootreadyScratchNearlyFull' && (await freeShare(home)) < 0.1) expect(alerts).toHaveLength(1);
      else expect(alerts).toEqual([]);
    },
  );

  test('the numbers are those of what happened', async () => {
    const value = async (expression: string): Promise<number> =>
      Number((await prometheus.query(expression))[0]?.value[1]);
    expect(await value(`bootready_runs_ended_total{status="${run.status}"}`)).toBe(1);
    expect(await value(`bootready_verdicts_total{verdict="${run.report?.verdict}"}`)).toBe(1);
    const found = run.report?.findings.filter(({ outcome }) => outcome !== 'pass') ?? [];
    expect(found.length).toBeGreaterThan(0);
    expect(await value('sum(bootready_findings_total)')).toBe(found.length);
    expect(await value('sum(bootready_converted_bytes_total)')).toBe(run.report?.converted?.size);
    for (const step of ['admit', 'convert', 'inspect']) {
      expect(await value(`bootready_step_duration_seconds_count{step="${step}",outcome="done"}`)).toBe(1);
    }
    expect(await value('bootready_events_settled_total{result="started"}')).toBe(1);
    expect(await value('bootready_backlog{kind="events"}')).toBe(0);
    expect(await value('sum(bootready_open_runs)')).toBe(0);
    expect(await value('count(bootready_dependency_up == 1)')).toBe(4);
    expect(await value('sum(temporal_activity_execution_latency_seconds_count{activity_type="convert"})')).toBe(1);
  });

  test('every line about the image names it, and those of its steps name run and attempt', async () => {
    const lines = (await installation.logs())
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    const about = lines.filter((line) => JSON.stringify(line).includes(run.imageId));
    expect(about.filter((line) => line.image_id !== run.imageId)).toEqual([]);
    expect(about.find(({ msg }) => msg === 'a run was started')).toMatchObject({ run_id: run.runId });
    for (const step of ['admit', 'convert', 'inspect']) {
      for (const msg of ['a step begins', 'a step is done']) {
        const line = about.find((each) => each.step === step && each.msg === msg);
        expect(line).toMatchObject({ run_id: run.runId, attempt: expect.any(Number), try: 1 });
      }
    }
  });

  test('no label holds what a client chose', async () => {
    const routes = (await prometheus.query('bootready_http_request_duration_seconds_count')).map(
      ({ metric }) => metric.route,
    );
    expect(routes).toContain('/v1/images');
    expect(routes).toContain('none');
    expect(routes.filter((route) => /xxx|versitygw/.test(route ?? ''))).toEqual([]);
  });

  test('a server that does not answer leaves no old numbers behind, and the rest is told', async () => {
    const scrape = async (): Promise<string> => (await fetch(`http://${installation.metrics.api}/metrics`)).text();
    expect(await scrape()).toMatch(/^bootready_queue_jobs\{queue="intake",state="waiting"\} 0$/m);
    await installation.stopRedis();
    const text = await eventually(
      async () => {
        const now = await scrape();
        return /^bootready_dependency_up\{dependency="redis"\} 0$/m.test(now) && now;
      },
      { within: 60, what: 'it is noticed' },
    );
    expect(text).not.toMatch(/^bootready_queue_jobs\{/m);
    expect(text).toMatch(/^bootready_open_runs\{status="running"\} 0$/m);
    await installation.startRedis();
  });

  test('two processes cannot have one port, and say so', async () => {
    const { child } = await installation.start('queues');
    await eventually(async () => child.exitCode !== null, { within: 60, what: 'it ends' });
    expect(child.exitCode).toBe(3);
    expect(await installation.logs()).toContain('Metrics cannot be served on');
  });
});

describe('rules and dashboard', () => {
  test('promtool takes the rules and the example of a configuration', async () => {
    expect(await promtool('check', 'rules', 'alerts.yml')).toContain(`${rules.length} rules found`);
    expect(await promtool('check', 'config', 'prometheus.yml')).toContain('SUCCESS');
  });

  test('each alert fires in a test of its own, and is silent in another', async () => {
    type Unit = { tests: { alert_rule_test: { alertname: string; exp_alerts: object[] }[] }[] };
    const { tests } = parse(await readFile(join(deploy, 'alerts.test.yml'), 'utf8')) as Unit;
    const cases = tests.flatMap((each) => each.alert_rule_test);
    const names = rules.map(({ alert }) => alert).sort();
    const withAlerts = (fires: boolean): string[] =>
      [...new Set(cases.filter((each) => each.exp_alerts.length > 0 === fires).map((each) => each.alertname))].sort();
    expect(withAlerts(true)).toEqual(names);
    expect(withAlerts(false)).toEqual(names);
    expect(await promtool('test', 'rules', 'alerts.test.yml')).toContain('SUCCESS');
  });

  test('the dashboard is one that Grafana takes up', () => {
    expect(dashboard).toMatchObject({ uid: 'bootready', schemaVersion: expect.any(Number) });
    const ids = dashboard.panels.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const panel of dashboard.panels) {
      expect(panel).toMatchObject({
        title: expect.any(String),
        gridPos: { x: expect.any(Number), w: expect.any(Number) },
      });
      if (panel.type !== 'row') expect(panel.targets?.length).toBeGreaterThan(0);
    }
  });
});

/** The free share of the filesystem of a folder: 0 to 1. */
async function freeShare(folder: string): Promise<number> {
  const { bavail, blocks } = await statfs(folder);
  return bavail / blocks;
}
