import { type Logger, pino } from 'pino';
import type { Config } from '../../shared/config.ts';
import { noTraces } from '../../shared/no-traces.ts';
import type { Traces } from '../../shared/ports/traces.ts';
import { openTraces } from './open.ts';
import type { OpenTraces, TracedProcess } from './otlp.ts';

/** The log of a process, whose lines name the active span, and its traces, whose troubles are told there. */
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
