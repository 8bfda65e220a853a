import type { Environment } from '../config.ts';

/**
 * The variables that hold secrets: anyone who has one may act as we do. Each may come from a file (NAME_FILE), as all variables may. None is ever logged,
 * printed or passed to a process that opens an image. docs/operate.md names them too, and tests compare.
 */
export const secretVariables = [
  'DATABASE_URL',
  'REDIS_URL',
  'REDIS_TLS_KEY',
  'TEMPORAL_TLS_KEY',
  'TEMPORAL_API_KEY',
  'S3_ACCESS_KEY',
  'S3_SECRET_KEY',
  'EVENTS_SECRET',
  'OIDC_CLIENT_SECRET',
  'OTEL_EXPORTER_OTLP_HEADERS',
  'OTEL_EXPORTER_OTLP_TRACES_HEADERS',
  'PROVENANCE_KEY',
  'SECRETS_KEY',
  'TARGETS',
] as const satisfies readonly (keyof Environment)[];
