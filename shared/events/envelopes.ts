import { countLevels } from '../limits/json-levels.ts';
import { requestLimits } from '../limits/request-limits.ts';

type Json = Readonly<Record<string, unknown>>;
function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A queue that a topic writes to, read by a function, which hands it on: three. */
const mostEnvelopes = 4;

/**
 * Finds the messages inside a message of AWS that carries others as text: a notification of SNS, messages of SQS as they are received, and the events of Lambda
 * and of pipes for both.
 * Sources: Amazon SNS, "Parsing message formats"; Amazon SQS API, "Message"; AWS Lambda, "Using with SQS", "Using with SNS".
 */
function within(event: Json): readonly unknown[] | undefined {
  if (event.Type === 'Notification' && typeof event.Message === 'string') return [event.Message];
  if (isObject(event.Sns)) return [event.Sns];
  const body = event.Body ?? event.body;
  if (typeof body === 'string' && ('MessageId' in event || 'messageId' in event)) return [body];
  if (Array.isArray(event.Messages)) return event.Messages;
  const { Records: records } = event;
  return Array.isArray(records) && records.some((each) => isObject(each) && within(each)) ? records : undefined;
}

function parseJson(text: string): unknown {
  if (countLevels(text) > requestLimits.jsonLevels.most) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The messages of a store in a body, whatever they are wrapped in. Never throws on any JSON; what is no message is among them. */
export function unwrapMessages(body: unknown, envelopes = 0): unknown[] {
  const value = typeof body === 'string' ? parseJson(body) : body;
  if (Array.isArray(value)) return value.flatMap((each) => (isObject(each) ? unwrapMessages(each, envelopes) : [each]));
  const inner = isObject(value) && envelopes < mostEnvelopes ? within(value) : undefined;
  return inner ? inner.flatMap((each) => unwrapMessages(each, envelopes + 1)) : [value];
}
