import { unwrapMessages } from './envelopes.ts';
import { computeFingerprint, type UploadNotification } from './notification.ts';
import { isStorableText, storableJson } from './storable.ts';

type Json = Readonly<Record<string, unknown>>;

export type Parsed = {
  uploads: UploadNotification[];
  /** The number of records that announce no upload: removals, test events, other kinds. */
  ignored: number;
  /** Uploads whose bucket, key or version no store can have: with a zero byte or half a character. */
  impossible: number;
};

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
function child(value: unknown, name: string): Json {
  const found = isObject(value) ? value[name] : undefined;
  return isObject(found) ? found : {};
}
function text(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}
function unquoteEtag(etag: string | null): string | null {
  return etag?.replaceAll('"', '') ?? null;
}

/** `s3:ObjectCreated:Put` and `ObjectCreated:Put` are one; also Ceph's `ObjectCreated:Post` at the start of a multipart upload. */
function isCreation(eventName: string): boolean {
  return /^(s3:)?ObjectCreated(:|$)/i.test(eventName);
}

function notification(parts: Omit<UploadNotification, 'fingerprint'> & { time: string | null }): UploadNotification {
  const { time, ...rest } = parts;
  // The time counts too, because versitygw starts its sequencer again at each start, and the same bytes may be uploaded again later.
  const facts = [rest.bucket, rest.key, rest.versionId, rest.etag, rest.sequencer, rest.eventName, time];
  return { ...rest, raw: storableJson(rest.raw) as object, fingerprint: computeFingerprint(facts) };
}

/** One record of S3's event message, versions 2.0 to 2.6; MinIO, Ceph and versitygw send the same shape. */
function toRecord(record: unknown): UploadNotification | undefined {
  if (!isObject(record)) return undefined;
  const s3 = child(record, 's3');
  const object = child(s3, 'object');
  const eventName = text(record.eventName);
  const bucket = text(child(s3, 'bucket').name);
  const key = text(object.key);
  if (!eventName || !bucket || !key || !isCreation(eventName)) return undefined;
  return notification({
    eventName,
    bucket,
    key,
    etag: unquoteEtag(text(object.eTag) ?? text(object.etag)),
    versionId: text(object.versionId),
    sequencer: text(object.sequencer),
    time: text(record.eventTime),
    raw: record,
  });
}

/** EventBridge's "Object Created": its key is not encoded. */
function readBridge(event: Json): UploadNotification | undefined {
  const detail = child(event, 'detail');
  const object = child(detail, 'object');
  const bucket = text(child(detail, 'bucket').name);
  const key = text(object.key);
  if (event['detail-type'] !== 'Object Created' || !bucket || !key) return undefined;
  return notification({
    eventName: 'Object Created',
    bucket,
    key,
    etag: unquoteEtag(text(object.etag)),
    versionId: text(object['version-id']),
    sequencer: text(object.sequencer),
    time: text(event.time),
    raw: event,
  });
}

/** Events that announce no upload: SNS asks whether it may send here. */
export const subscriptionEvent = 'sns:SubscriptionConfirmation';

/**
 * A topic that sends nothing until somebody confirms it. The event is kept for operators. Its address is never fetched, because otherwise anyone who knows our
 * secret could make us fetch any address.
 * Source: Amazon SNS, "HTTP/HTTPS subscription confirmation JSON format".
 */
function readSubscription(event: Json): UploadNotification | undefined {
  const topic = text(event.TopicArn);
  const name = /^arn:[a-z-]{1,20}:sns:[a-z0-9-]{1,40}:\d{12}:([A-Za-z0-9_.-]{1,256})$/.exec(topic ?? '')?.[1];
  const token = /^[0-9a-zA-Z]{1,512}$/.exec(text(event.Token) ?? '')?.[0];
  if (!topic || !name || !token) return undefined;
  const none = { etag: null, versionId: null, sequencer: null, time: text(event.Timestamp) };
  return notification({ eventName: subscriptionEvent, bucket: name, key: topic, ...none, raw: { token } });
}

/**
 * Reads an event of SeaweedFS. It reports files; the files of all buckets are below one folder. Parts of a multipart upload are in a separate folder until they
 * are assembled. An upload is new there, or replaces another. Source: seaweedfs weed/notification/webhook, weed/pb/filer.proto.
 */
function readFilerEvent(event: Json): UploadNotification | undefined {
  const kind = text(event.event_type);
  const [, bucket, key] = /^\/buckets\/([^/]{1,255})\/(.{1,1024})$/s.exec(text(event.key) ?? '') ?? [];
  const entry = child(child(event, 'message'), 'new_entry');
  const { mtime, md5, file_size: size } = child(entry, 'attributes');
  if (!kind || !['create', 'update', 'rename'].includes(kind) || !bucket || !key) return undefined;
  if (entry.is_directory === true || key.startsWith('.uploads/')) return undefined;
  const none = { etag: null, versionId: null, sequencer: null };
  return notification({
    ...none,
    eventName: `filer:${kind}`,
    bucket,
    key,
    time: [mtime, size, md5].join(' '),
    raw: event,
  });
}

type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;
function header(headers: Headers, name: string): string | null {
  const value = headers[name];
  return text(Array.isArray(value) ? value[0] : value);
}

/**
 * CloudEvents with type `com.amazonaws.s3.<event>` (the adapter of the CloudEvents project): bucket at the end of the source,
 * key as the subject; data may be the S3 record itself.
 */
function readCloudEvent(
  { type, source, subject, time, id }: Record<'type' | 'source' | 'subject' | 'time' | 'id', string | null>,
  data: unknown,
): UploadNotification | undefined {
  const inner = toRecord(data) ?? (isObject(data) ? readBridge(data) : undefined);
  if (inner) return inner;
  const eventName = /(ObjectCreated(?::\w+)?)/.exec(type ?? '')?.[1];
  const bucket = source?.split(/[.:/]/).pop();
  if (!eventName || !bucket || !subject) return undefined;
  const object = child(child(data, 's3'), 'object');
  return notification({
    eventName,
    bucket,
    key: subject,
    etag: unquoteEtag(text(object.eTag)),
    versionId: text(object.versionId),
    sequencer: id,
    time,
    raw: isObject(data) ? data : {},
  });
}

/**
 * The finished uploads that a message announces, from any sender. Pure; never throws on any JSON. A message that is not understood counts as ignored, because a
 * sender that gets an error sends the same message again forever (MinIO, Ceph).
 */
export function parseNotifications(headers: Headers, body: unknown): Parsed {
  const found: (UploadNotification | undefined)[] = [];
  for (const event of unwrapMessages(body)) {
    if (!isObject(event)) {
      found.push(undefined);
    } else if (event.Type === 'SubscriptionConfirmation') {
      found.push(readSubscription(event));
    } else if (Array.isArray(event.Records)) {
      for (const record of event.Records) found.push(toRecord(record));
    } else if (typeof event.specversion === 'string') {
      const { type, source, subject, time, id } = event;
      const attributes = {
        type: text(type),
        source: text(source),
        subject: text(subject),
        time: text(time),
        id: text(id),
      };
      found.push(readCloudEvent(attributes, event.data));
    } else if (header(headers, 'ce-specversion')) {
      const attribute = (name: string): string | null => header(headers, `ce-${name}`);
      found.push(
        readCloudEvent(
          {
            type: attribute('type'),
            source: attribute('source'),
            subject: decodeHeader(attribute('subject')),
            time: attribute('time'),
            id: attribute('id'),
          },
          event,
        ),
      );
    } else {
      found.push(readBridge(event) ?? toRecord(event) ?? readFilerEvent(event));
    }
  }
  const creations = found.filter((each) => each !== undefined);
  const uploads = creations.filter(isStorable);
  return { uploads, ignored: found.length - creations.length, impossible: creations.length - uploads.length };
}

/**
 * The values that may be the sender's secret: Ceph copies the topic's OpaqueData into each record. Returns each value once, and at most one more than `most`.
 * It runs before the sender is known, so it must cost little for every message.
 */
export function secretsIn(body: unknown, most: number): string[] {
  const secrets = new Set<string>();
  for (const event of Array.isArray(body) ? body : [body]) {
    for (const record of isObject(event) && Array.isArray(event.Records) ? event.Records : []) {
      const secret = isObject(record) ? (text(record.opaqueData) ?? text(record.OpaqueData)) : null;
      if (secret) secrets.add(secret);
      if (secrets.size > most) return [...secrets];
    }
  }
  return [...secrets];
}

function isStorable({ raw: _raw, ...facts }: UploadNotification): boolean {
  return Object.values(facts).every((fact) => fact === null || isStorableText(fact));
}

/** The HTTP binding of CloudEvents percent-encodes what is not printable ASCII in header values (3.1.3.2). */
function decodeHeader(value: string | null): string | null {
  try {
    return value === null ? null : decodeURIComponent(value);
  } catch {
    return value;
  }
}

/**
 * The keys that an event may mean; the unchanged key comes first. AWS, MinIO and Ceph form-encode keys, versitygw does not, and "a+b" does not show which it
 * is: HEAD decides.
 */
export function keyCandidates(key: string): string[] {
  const candidates = [key];
  try {
    candidates.push(decodeURIComponent(key.replaceAll('+', ' ')), decodeURIComponent(key));
  } catch {
    // Not encoded, then.
  }
  return [...new Set(candidates)];
}
