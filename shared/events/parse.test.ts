import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { keyCandidates, parseNotifications, secretsIn } from './parse.ts';

function record(more: object = {}, object: object = {}) {
  return {
    eventVersion: '2.2',
    eventName: 'ObjectCreated:Put',
    eventTime: '2026-01-01T00:00:00Z',
    s3: {
      bucket: { name: 'uploads' },
      object: { key: 'demo/a+b', eTag: '"abc"', size: 0, sequencer: '01', ...object },
    },
    ...more,
  };
}
function parse(body: unknown, headers = {}) {
  return parseNotifications(headers, body);
}
const upload = { bucket: 'uploads', key: 'demo/a+b' };

describe('every sender is understood', () => {
  const bridge = {
    'detail-type': 'Object Created',
    time: '2026-01-01T00:00:00Z',
    detail: {
      bucket: { name: 'uploads' },
      object: { key: 'demo/a+b', etag: 'abc', 'version-id': 'v1', sequencer: '1' },
    },
  };
  const structured = {
    specversion: '1.0',
    type: 'com.amazonaws.s3.ObjectCreated:Put',
    source: 'aws:s3.us-east-1.uploads',
    subject: 'demo/a+b',
    id: '1',
    data: {},
  };
  const binary = {
    'ce-specversion': '1.0',
    'ce-type': 'com.amazonaws.s3.ObjectCreated:Put',
    'ce-source': 'aws:s3.us-east-1.uploads',
    'ce-subject': 'demo/a%2Bb',
    'ce-id': '1',
  };
  const filer = (key: string, more: object = {}) => ({
    key,
    event_type: 'create',
    message: { new_entry: { name: 'x', attributes: { file_size: 7, mtime: 1_767_225_600 } }, ...more },
  });
  test.each([
    ['SeaweedFS', filer('/buckets/uploads/demo/a+b'), {}],
    [
      'SeaweedFS, an object in the place of another',
      { ...filer('/buckets/uploads/demo/a+b'), event_type: 'update' },
      {},
    ],
    // docs/reports.md: what stores leave out.
    ['NooBaa, without size and ETag', { Records: [record({}, { size: undefined, eTag: undefined })] }, {}],
    ['CubeFS', { Records: [record({ eventSource: 'cubefs:s3', eventVersion: '2.0' })] }, {}],
    ['S3', { Records: [record()] }, {}],
    ['S3 with the s3: prefix', { Records: [record({ eventName: 's3:ObjectCreated:CompleteMultipartUpload' })] }, {}],
    ['MinIO', { EventName: 's3:ObjectCreated:Put', Key: 'uploads/demo/a+b', Records: [record()] }, {}],
    ['Ceph', { Records: [record({ eventId: '', opaqueData: 'x' }, { size: '0', etag: 'abc' })] }, {}],
    ['EventBridge', bridge, {}],
    ['EventBridge in a batch', [bridge], {}],
    ['CloudEvents, structured', structured, {}],
    ['CloudEvents, structured, with the record', { ...structured, subject: '', data: record() }, {}],
    ['CloudEvents, binary', {}, binary],
    ['CloudEvents, binary, with the record', record(), binary],
  ])('%s', (_name, body, headers) => {
    expect(parse(body, headers)).toMatchObject({ uploads: [upload], ignored: 0 });
  });

  test.each([
    ['S3', { Service: 'Amazon S3', Event: 's3:TestEvent', Bucket: 'uploads' }],
    ['versitygw', { Records: [{ eventName: 's3:TestEvent' }] }],
    ['a removal', { Records: [record({ eventName: 'ObjectRemoved:Delete' })] }],
    ['EventBridge, other', { 'detail-type': 'Object Deleted', detail: {} }],
    ['nothing', {}],
    ['a number', 7],
    ['SeaweedFS, a part of a multipart upload', filer('/buckets/uploads/.uploads/id/0001.part')],
    ['SeaweedFS, a folder', filer('/buckets/uploads/demo/f', { new_entry: { is_directory: true } })],
    ['SeaweedFS, a removal', { ...filer('/buckets/uploads/demo/a'), event_type: 'delete' }],
    ['SeaweedFS, a file of no bucket', filer('/home/a')],
    [
      'RustFS, without a key',
      { EventName: 's3:ObjectCreated:CompleteMultipartUpload', Key: 'uploads/', Records: [record({}, { key: '' })] },
    ],
  ])('and what is no finished upload is ignored: %s', (_name, body) => {
    expect(parse(body)).toMatchObject({ uploads: [], ignored: 1 });
  });
});

describe('what AWS wraps around a message is taken off', () => {
  const s3 = JSON.stringify({ Records: [record()] });
  const sns = (message: string) => ({
    Type: 'Notification',
    MessageId: '1',
    TopicArn: 'arn:aws:sns:eu-central-1:123456789012:uploads',
    Subject: 'Amazon S3 Notification',
    Message: message,
    Timestamp: '2026-01-01T00:00:00.000Z',
  });
  const received = (body: string) => ({ MessageId: '1', ReceiptHandle: 'x', MD5OfBody: 'x', Body: body });
  const lambdaSqs = (body: string) => ({ messageId: '1', receiptHandle: 'x', body, eventSource: 'aws:sqs' });
  const bridged = JSON.stringify({
    'detail-type': 'Object Created',
    source: 'aws.s3',
    detail: { bucket: { name: 'uploads' }, object: { key: 'demo/a+b', etag: 'abc' } },
  });
  test.each<[string, unknown]>([
    ['SNS', sns(s3)],
    ['SNS in Lambda', { Records: [{ EventSource: 'aws:sns', EventVersion: '1.0', Sns: sns(s3) }] }],
    ['SQS in Lambda', { Records: [lambdaSqs(s3)] }],
    ['SQS in a pipe', [lambdaSqs(s3)]],
    ['SQS as it is received', { Messages: [received(s3)] }],
    ['one message of SQS', received(s3)],
    ['SNS in SQS in Lambda', { Records: [lambdaSqs(JSON.stringify(sns(s3)))] }],
    ['EventBridge in SQS', { Messages: [received(bridged)] }],
    [
      'a CloudEvent in SNS',
      sns(
        JSON.stringify({
          specversion: '1.0',
          type: 'com.amazonaws.s3.ObjectCreated:Put',
          source: 'aws:s3.eu.uploads',
          subject: 'demo/a+b',
        }),
      ),
    ],
  ])('%s', (_name, body) => {
    expect(parse(body)).toMatchObject({ uploads: [upload], ignored: 0, impossible: 0 });
  });

  test('the same upload has the same fingerprint, wrapped or not', () => {
    expect(parse(sns(s3)).uploads[0]?.fingerprint).toBe(parse(JSON.parse(s3)).uploads[0]?.fingerprint);
  });

  test('several messages, of which some are something else', () => {
    const other = JSON.stringify({ Service: 'Amazon S3', Event: 's3:TestEvent', Bucket: 'uploads' });
    const parsed = parse({ Records: [lambdaSqs(s3), lambdaSqs(other), lambdaSqs('no JSON'), record()] });
    expect(parsed.uploads).toHaveLength(2);
    expect(parsed.ignored).toBe(2);
  });

  test('not without end, and not however deep', () => {
    let nested = s3;
    for (let count = 0; count < 6; count++) nested = JSON.stringify(sns(nested));
    expect(parse(JSON.parse(nested))).toMatchObject({ uploads: [], ignored: 1 });
    const levels = (count: number) => JSON.parse('['.repeat(count) + ']'.repeat(count)) as unknown;
    const deep = (count: number) => sns(JSON.stringify({ Records: [record({ more: levels(count) })] }));
    expect(parse(deep(20))).toMatchObject({ uploads: [upload] });
    expect(parse(deep(100))).toMatchObject({ uploads: [], ignored: 1 });
    expect(parse(sns(JSON.stringify('x')))).toMatchObject({ uploads: [], ignored: 1 });
  });

  test('a subscription that waits for its confirmation is kept for operators, without its address', () => {
    const topic = 'arn:aws:sns:eu-central-1:123456789012:uploads';
    const asked = {
      Type: 'SubscriptionConfirmation',
      MessageId: '1',
      Token: '2336412f37fb687f',
      TopicArn: topic,
      Message: 'You have chosen to subscribe',
      SubscribeURL: 'https://sns.eu-central-1.amazonaws.com/?Action=x',
    };
    const { uploads, ignored } = parse(asked);
    expect(uploads).toMatchObject([{ eventName: 'sns:SubscriptionConfirmation', bucket: 'uploads', key: topic }]);
    expect(ignored).toBe(0);
    expect(JSON.stringify(uploads)).not.toContain('https:');
    // These values become part of a command.
    for (const bent of [{ TopicArn: `${topic};reboot` }, { Token: '$(reboot)' }, { TopicArn: 7 }, { Token: null }]) {
      expect(parse({ ...asked, ...bent })).toMatchObject({ uploads: [], ignored: 1 });
    }
  });
});

test('many records, Ceph secrets, quoted ETags', () => {
  const body = { Records: [record(), record({ opaqueData: 'secret' }, { key: 'demo/c' })] };
  const parsed = parse(body);
  expect(parsed.uploads.map(({ key }) => key)).toEqual(['demo/a+b', 'demo/c']);
  expect(parsed.uploads[0]?.etag).toBe('abc');
  expect(secretsIn(body, 8)).toEqual(['secret']);
});

test('a second delivery has the same fingerprint, another upload another one, even when the sequencer began anew', () => {
  const print = (body: object): string | undefined => parse({ Records: [body] }).uploads[0]?.fingerprint;
  expect(print(record())).toBe(print(record()));
  expect(print(record({ eventTime: '2026-01-02T00:00:00Z' }))).not.toBe(print(record()));
  expect(print(record({}, { eTag: 'def' }))).not.toBe(print(record()));
});

test('a key may mean itself or what it is encoded from', () => {
  expect(keyCandidates('demo/abc')).toEqual(['demo/abc']);
  expect(keyCandidates('a+b')).toEqual(['a+b', 'a b']);
  expect(keyCandidates('a%2Bb+c')).toEqual(['a%2Bb+c', 'a+b c', 'a+b+c']);
  expect(keyCandidates('100%')).toEqual(['100%']);
  expect(keyCandidates('folder%2Fgreeting+file+%282%29.csv')).toContain('folder/greeting file (2).csv');
});

test('no JSON makes the parser throw; a form-encoded key is always among the candidates', () => {
  fc.assert(fc.property(fc.jsonValue(), (body) => void parse(body)));
  fc.assert(fc.property(fc.jsonValue(), (body) => void parse({ Records: [record({ s3: body }), body] })));
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (key) => {
      const encoded = new URLSearchParams({ k: key }).toString().slice(2);
      expect(keyCandidates(encoded)).toContain(key.toWellFormed());
    }),
  );
});

describe('a message of the largest size that the API takes', () => {
  const MiB = 1024 ** 2;
  const filled = (record: object): { Records: unknown[] } => {
    const count = Math.floor(MiB / (JSON.stringify(record).length + 1));
    return { Records: Array.from({ length: count }, () => record) };
  };
  const small = { eventName: 'ObjectCreated:', s3: { bucket: { name: 'u' }, object: { key: 'a' } } };
  const spent = (work: () => unknown): number => {
    const begun = process.threadCpuUsage();
    work();
    const { user, system } = process.threadCpuUsage(begun);
    return (user + system) / 1000;
  };

  test.each([
    ['records of nothing', filled({})],
    ['the smallest records that are uploads', filled(small)],
    [
      'one guess of the secret in each',
      { Records: Array.from({ length: 30_000 }, (_, i) => ({ opaqueData: `${i}` })) },
    ],
  ])('%s: nearly nothing is spent before the secret is known', (_name, body) => {
    expect(spent(() => secretsIn(body, 8))).toBeLessThan(50);
    expect(secretsIn(body, 8).length).toBeLessThanOrEqual(9);
    expect(parse(body).uploads.length + parse(body).ignored).toBe(body.Records.length);
  });
});
