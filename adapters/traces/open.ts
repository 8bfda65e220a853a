import type { Config } from '../../shared/config.ts';
import { noTraces } from '../../shared/telemetry/no-traces.ts';
import type { OpenTraces, TracedProcess } from './otlp.ts';

/** As in the specification: the address for traces is used unchanged, the general one gets a path. */
function findAddress(config: Config): string | undefined {
  if (config.OTEL_SDK_DISABLED) return undefined;
  if (config.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT) return config.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT;
  return config.OTEL_EXPORTER_OTLP_ENDPOINT && `${config.OTEL_EXPORTER_OTLP_ENDPOINT.replace(/\/$/, '')}/v1/traces`;
}

/** The one door to OpenTelemetry, which is loaded only where an endpoint is set. `onTrouble` hears what keeps spans from being sent. */
export async function openTraces(
  config: Config,
  process: TracedProcess,
  onTrouble: (why: string) => void,
): Promise<OpenTraces> {
  const url = findAddress(config);
  if (!url) return { ...noTraces, close: () => Promise.resolve() };
  const { sendTraces } = await import('./otlp.ts');
  return sendTraces(config, url, process, onTrouble);
}
