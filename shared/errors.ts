import type { ErrorCode } from './error-codes.ts';

/** Why something failed, for people: `message` and `remedy` are English sentences. Stored as it is; shared/problems translates it for readers. */
export type Failure = { code: string; message: string; remedy?: string };

export type BootreadyErrorOptions = {
  code: ErrorCode;
  /** One sentence, no secrets, no host paths. */
  message: string;
  /** How the reader can fix it, in one sentence. */
  remedy?: string;
  /** True when the same call may succeed later without anyone changing anything. */
  retryable?: boolean;
  /** For logs only. */
  context?: Record<string, unknown>;
  cause?: unknown;
};

/**
 * One error type for everything that is ours to explain. The thrower decides whether a retry helps.
 * `message` and `remedy` may be shown to anyone; `cause` and `context` go to logs only and never into an answer.
 */
export class BootreadyError extends Error {
  readonly code: ErrorCode;
  readonly remedy: string | undefined;
  readonly retryable: boolean;
  readonly context: Record<string, unknown>;

  constructor(options: BootreadyErrorOptions) {
    super(options.message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'BootreadyError';
    this.code = options.code;
    this.remedy = options.remedy;
    this.retryable = options.retryable ?? false;
    this.context = options.context ?? {};
  }
}

export function isBootreadyError(error: unknown): error is BootreadyError {
  return error instanceof BootreadyError;
}

/** The message of anything thrown, with its chain of causes; for logs, not for users. */
export function explain(error: unknown): string {
  const parts: string[] = [];
  for (let current: unknown = error; current !== undefined && parts.length < 8; ) {
    parts.push(current instanceof Error ? current.message : String(current));
    current = current instanceof Error ? current.cause : undefined;
  }
  return parts.join(': ');
}
