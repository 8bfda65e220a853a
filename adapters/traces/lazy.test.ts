import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';

/** Which packages of OpenTelemetry a fresh process has loaded after it opened its traces. */
function loadedWith(endpoint: string | undefined): string[] {
  const program = `
    import { registerHooks } from 'node:module';
    const loaded = new Set();
    registerHooks({
      load: (url, context, next) => {
        const name = /node_modules\\/(@opentelemetry\\/[^/]+)/.exec(url)?.[1];
        if (name) loaded.add(name);
        return next(url, context);
      },
    });
    const { openTraces } = await import('./adapters/traces/open.ts');
    const config = { OTEL_EXPORTER_OTLP_ENDPOINT: ${JSON.stringify(endpoint)}, OTEL_TRACES_SAMPLER: 'always_on' };
    await (await openTraces(config, { role: 'api', instance: 'x' }, () => undefined)).close();
    console.log(JSON.stringify([...loaded]));`;
  const args = ['--input-type=module', '--eval', program];
  return JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' })) as string[];
}

test('OpenTelemetry is loaded where an endpoint is set, and nowhere else', () => {
  expect(loadedWith(undefined)).toEqual([]);
  expect(loadedWith('http://127.0.0.1:9')).toContain('@opentelemetry/sdk-trace');
});
