import { type Logger, pino } from 'pino';
import type { Config } from '../../shared/config.ts';
import type { Traces } from '../../shared/ports/traces.ts';
import { noTraces } from '../../shared/telemetry/no-traces.ts';
import { openTraces } from './open.ts';
import type { OpenTraces, TracedProcess } from './otlp.ts';

/** Opens the log of a process and its traces. Log lines name the active span, and the log reports problems of the traces. */
export async function openTracedLog(
  config: Config,
  process: TracedProcess,
): Promise<{ log: Logger; traces: OpenTraces }> {
  let active: Traces = noTraces;
  const log = pino({ level: config.LOG_LEVEL, base: { process: process.role }, mixin: () => active.logNames() });
  const traces = await openTraces(config, process, (why) => log.warn({ error: why }, 'spans cannot be sent'));
  active = traces;
  return { log, traces };
}
