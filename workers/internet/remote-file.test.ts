import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { afterEach, describe, expect, test } from 'vitest';
import { createDoor, type DoorOptions } from './door.ts';
import { publicLookup } from './public-address.ts';
import { openRemoteFile, type RemoteFileOptions } from './remote-file.ts';

/** Real servers on this host; the operator's list lets them in. */

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close().closeAllConnections();
});
type Handle = (asked: IncomingMessage, answer: ServerResponse, count: number) => void;
async function serve(handle: Handle): Promise<{ url: string; port: number; asked: IncomingMessage[] }> {
  const asked: IncomingMessage[] = [];
  const server = createServer((request, answer) => {
    asked.push(request);
    handle(request, answer, asked.length);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, port, asked };
}

/** A self-signed certificate for 127.0.0.1. */
function ownCertificate(): { key: string; cert: string } {
  const dir = mkdtempSync(join(tmpdir(), 'certificate-'));
  try {
    const [key, cert] = [join(dir, 'key'), join(dir, 'cert')];
    execFileSync(
      'openssl',
      [
        ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'],
        ...['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', key, '-out', cert],
      ],
      { stdio: 'ignore' },
    );
    return { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') };
  } finally {
    rmSync(dir, { recursive: true });
  }
}

async function fetched(
  url: string,
  options: Partial<RemoteFileOptions> = {},
  door: DoorOptions = { allowedHosts: ['127.0.0.1'] },
): Promise<{ total: number | undefined; bytes: Buffer }> {
  const quick = { patienceMs: 300, retryMs: { first: 1, most: 5 } };
  const signal = AbortSignal.timeout(20_000);
  const file = await openRemoteFile(createDoor(door), { url, signal, hasChecksum: false, ...quick, ...options });
  const pieces: Buffer[] = [];
  for await (const piece of file.bytes) pieces.push(piece);
  return { total: file.total, bytes: Buffer.concat(pieces) };
}
const data = randomBytes(300_000);
function refused(code: string, message?: RegExp) {
  return {
    code,
    retryable: false,
    remedy: expect.any(String),
    ...(message ? { message: expect.stringMatching(message) } : {}),
  };
}

describe('where it may lead', () => {
  test('to hosts that the operator named, and to no other one of this network', async () => {
    const { url, port, asked } = await serve((_asked, answer) => answer.end(data));
    expect((await fetched(url)).bytes.equals(data)).toBe(true);
    expect((await fetched(url, {}, { allowedHosts: [`127.0.0.1:${port}`] })).total).toBe(data.length);
    const heard = asked.length;
    for (const allowedHosts of [[], [`127.0.0.1:${port + 1}`], ['localhost']]) {
      await expect(fetched(url, {}, { allowedHosts })).rejects.toMatchObject(refused('forbidden', /^Port/));
    }
    for (const host of [
      '127.0.0.1',
      '2130706433',
      '0x7f.1',
      '[::1]',
      '[::ffff:7f00:1]',
      '169.254.169.254',
      'localhost',
    ]) {
      const where = fetched(`http://${host}/latest/meta-data/`, {}, { allowedHosts: [] });
      await expect(where, host).rejects.toMatchObject(refused('forbidden', /is not a public address/));
    }
    expect(asked.length).toBe(heard);
  });

  test('a redirect is looked at like the first address', async () => {
    const inner = await serve((_asked, answer) => answer.end('secret'));
    const outer = await serve((asked, answer) => {
      const to = new URL(asked.url ?? '', 'http://x').searchParams.get('to') ?? '';
      answer.writeHead(302, { location: to }).end();
    });
    const allowedHosts = [`127.0.0.1:${outer.port}`];
    const follow = (to: string) => fetched(`${outer.url}/?to=${encodeURIComponent(to)}`, {}, { allowedHosts });
    for (const to of [
      inner.url,
      'http://127.0.0.1/',
      'http://localhost/',
      'http://[::1]/',
      'http://169.254.169.254/',
    ]) {
      await expect(follow(to), to).rejects.toMatchObject(refused('forbidden'));
    }
    for (const to of ['file:///etc/passwd', 'gopher://127.0.0.1/', 'http://user:word@example.org/', 'http://']) {
      await expect(follow(to), to).rejects.toMatchObject(refused('invalid-input'));
    }
    expect(inner.asked).toEqual([]);
    // The control: an allowed one is followed, a relative one too.
    expect((await fetched(`${outer.url}/?to=${encodeURIComponent(inner.url)}`)).bytes.toString()).toBe('secret');
  });

  test('each hop is looked up anew, and no address that is not public is called', async () => {
    const asked: string[] = [];
    const { url, port } = await serve((_asked, answer, count) =>
      answer.writeHead(302, { location: `http://name-${count}.example/` }).end(),
    );
    const lookup = publicLookup('Ask the operator.', (host, _options, done) => {
      asked.push(host);
      done(null, [{ address: '127.0.0.1', family: 4 }]);
    });
    const door = { allowedHosts: [`127.0.0.1:${port}`], lookup };
    for (const name of ['name-1.example', 'name-2.example']) {
      await expect(fetched(url, {}, door)).rejects.toMatchObject({
        code: 'forbidden',
        message: `${name} is not a public address.`,
      });
    }
    expect(asked).toEqual(['name-1.example', 'name-2.example']);
  });

  test('plain http behind https is followed with a checksum only; a certificate of nobody is not taken', async () => {
    const plain = await serve((_asked, answer) => answer.end('changed on the way?'));
    const { key, cert } = ownCertificate();
    const secure = createHttpsServer({ key, cert }, (_asked, answer) =>
      answer.writeHead(302, { location: plain.url }).end(),
    );
    servers.push(secure);
    await new Promise<void>((resolve) => secure.listen(0, '127.0.0.1', resolve));
    const url = `https://127.0.0.1:${(secure.address() as AddressInfo).port}/`;
    await expect(fetched(url, { hasChecksum: true })).rejects.toMatchObject(refused('invalid-input', /certificate/));
    const known = getCACertificates('default');
    setDefaultCACertificates([...known, cert]);
    try {
      await expect(fetched(url)).rejects.toMatchObject(refused('invalid-input', /redirects from https/));
      expect(plain.asked).toEqual([]);
      expect((await fetched(url, { hasChecksum: true })).bytes.toString()).toBe('changed on the way?');
    } finally {
      setDefaultCACertificates(known);
    }
  });

  test('there is an end to redirects', async () => {
    const loop = await serve((_asked, answer, count) => answer.writeHead(307, { location: `/${count}` }).end());
    await expect(fetched(loop.url)).rejects.toMatchObject(refused('invalid-input', /one redirect after the other/));
    expect(loop.asked).toHaveLength(6);
  });

  test('no credentials, no cookies and no wish for compression are sent', async () => {
    const { url, asked } = await serve((_asked, answer) => answer.end('x'));
    await fetched(`${url}/path?signature=1`);
    expect(Object.keys(asked[0]?.headers ?? {}).sort()).toEqual([
      'accept-encoding',
      'connection',
      'host',
      'user-agent',
    ]);
    expect(asked[0]?.headers['accept-encoding']).toBe('identity');
  });
});

describe('what is not there', () => {
  test.each([
    [404, 'object-missing', false],
    [410, 'object-missing', false],
    [401, 'invalid-input', false],
    [403, 'invalid-input', false],
    [204, 'invalid-input', false],
    [429, 'unavailable', true],
    [503, 'unavailable', true],
  ])('HTTP %i is %s', async (status, code, retryable) => {
    const { url } = await serve((_asked, answer) => answer.writeHead(status).end());
    await expect(fetched(url)).rejects.toMatchObject({ code, retryable });
  });

  test('a host that does not exist, is not there or is silent', async () => {
    const { url } = await serve(() => undefined);
    const door = { allowedHosts: ['127.0.0.1'], patienceMs: 100 };
    await expect(fetched(url, {}, door)).rejects.toMatchObject({ code: 'unavailable', retryable: true });
    for (const server of servers.splice(0)) server.close().closeAllConnections();
    await expect(fetched(url)).rejects.toMatchObject({ code: 'unavailable', retryable: true });
    await expect(fetched('http://no-such-host.invalid/')).rejects.toMatchObject({
      code: expect.stringMatching(/invalid-input|unavailable/),
    });
  });
});

describe('a connection that breaks', () => {
  /** Ranges as RFC 9110 has them; `cut` bytes result from each answer. */
  const ranged =
    (file: (count: number) => Buffer, cut: number, headers: Record<string, string>): Handle =>
    (asked, answer, count) => {
      const bytes = file(count);
      const [, start = '0'] = /^bytes=(\d+)-$/.exec(asked.headers.range ?? '') ?? [];
      const isSame = asked.headers['if-range'] === (headers.etag ?? headers['last-modified']);
      const from = asked.headers.range && isSame ? Number(start) : 0;
      answer.writeHead(from > 0 ? 206 : 200, {
        ...headers,
        'content-length': bytes.length - from,
        ...(from > 0 ? { 'content-range': `bytes ${from}-${bytes.length - 1}/${bytes.length}` } : {}),
      });
      const piece = bytes.subarray(from, from + cut);
      if (from + cut >= bytes.length) answer.end(piece);
      else answer.write(piece, () => answer.destroy());
    };

  test('is taken up where it was', async () => {
    const { url, asked } = await serve(ranged(() => data, 100_000, { etag: '"one"' }));
    expect((await fetched(url)).bytes.equals(data)).toBe(true);
    const ranges = asked.map(({ headers }) => [headers.range, headers['if-range']]);
    expect(ranges.slice(0, 2)).toEqual([
      [undefined, undefined],
      [expect.stringMatching(/^bytes=\d+-$/), '"one"'],
    ]);
  });

  test('is taken up by its date where there is no ETag', async () => {
    const { url, asked } = await serve(
      ranged(() => data, 200_000, { 'last-modified': 'Wed, 01 Jan 2020 00:00:00 GMT' }),
    );
    expect((await fetched(url)).bytes.equals(data)).toBe(true);
    expect(asked[1]?.headers['if-range']).toBe('Wed, 01 Jan 2020 00:00:00 GMT');
  });

  test('an answer that holds less of the rest than there is, and says so, is not taken for the end', async () => {
    const { url, asked } = await serve((request, answer) => {
      const [, start = '0'] = /^bytes=(\d+)-$/.exec(request.headers.range ?? '') ?? [];
      if (!request.headers.range) {
        answer.writeHead(200, { etag: '"one"', 'content-length': data.length });
        answer.write(data.subarray(0, 100_000), () => answer.destroy());
        return;
      }
      const piece = data.subarray(Number(start), Number(start) + 80_000);
      const range = `bytes ${start}-${Number(start) + piece.length - 1}/${data.length}`;
      answer.writeHead(206, { etag: '"one"', 'content-range': range }).end(piece);
    });
    expect((await fetched(url)).bytes.equals(data)).toBe(true);
    expect(asked.length).toBeGreaterThan(3);
  });

  test('never mixes two files', async () => {
    const other = randomBytes(data.length);
    const changing = await serve((asked, answer, count) =>
      ranged(() => (count === 1 ? data : other), 100_000, { etag: count === 1 ? '"one"' : '"two"' })(
        asked,
        answer,
        count,
      ),
    );
    const cannot = { code: 'object-changed', retryable: true };
    await expect(fetched(changing.url)).rejects.toMatchObject(cannot);
    for (const headers of [{}, { etag: 'W/"weak"' }] as Record<string, string>[]) {
      const { url, asked } = await serve(ranged(() => data, 100_000, headers));
      await expect(fetched(url)).rejects.toMatchObject(cannot);
      expect(asked).toHaveLength(1);
    }
    const elsewhere = await serve((asked, answer) => {
      if (!asked.headers.range) {
        answer.writeHead(200, { etag: '"one"', 'content-length': data.length });
        answer.write(data.subarray(0, 1000), () => answer.destroy());
      } else answer.writeHead(206, { 'content-range': `bytes 0-10/${data.length}` }).end(data.subarray(0, 11));
    });
    await expect(fetched(elsewhere.url)).rejects.toMatchObject(cannot);
  });

  test('again and again is given up', async () => {
    const { url, asked } = await serve(ranged(() => data, 10, { etag: '"one"' }));
    await expect(fetched(url)).rejects.toMatchObject({ code: 'unavailable', retryable: true });
    expect(asked.length).toBeLessThan(10);
  });

  /** Sends a piece every 20 ms, from where it was asked to. */
  const dripping =
    (pieceBytes: number, isRanged: boolean): Handle =>
    (asked, answer) => {
      const [, start = '0'] = /^bytes=(\d+)-$/.exec(asked.headers.range ?? '') ?? [];
      const from = isRanged ? Number(start) : 0;
      answer.writeHead(from > 0 ? 206 : 200, {
        etag: '"one"',
        'content-length': data.length - from,
        ...(from > 0 ? { 'content-range': `bytes ${from}-${data.length - 1}/${data.length}` } : {}),
      });
      let at = from;
      const drip = setInterval(() => {
        answer.write(data.subarray(at, at + pieceBytes));
        at += pieceBytes;
        if (at >= data.length) answer.end();
      }, 20);
      answer.once('close', () => clearInterval(drip));
    };
  const tooSlow = {
    code: 'too-slow',
    retryable: false,
    message: expect.stringContaining('16.0 KiB per second'),
    remedy: expect.stringContaining('another mirror'),
  };

  test('a server that drips is given up in the end, though it goes on where it was each time', async () => {
    const { url, asked } = await serve(dripping(100, true));
    const began = Date.now();
    await expect(fetched(url)).rejects.toMatchObject(tooSlow);
    expect(Date.now() - began).toBeLessThan(10_000);
    expect(asked).toHaveLength(6);
  });

  test('a server that drips and begins again from the start is given up at once, for what it is', async () => {
    const { url, asked } = await serve(dripping(100, false));
    await expect(fetched(url)).rejects.toMatchObject(tooSlow);
    expect(asked).toHaveLength(2);
  });

  test("how slow a server may be is the operator's to say", async () => {
    const { url, asked } = await serve(dripping(3000, true));
    expect((await fetched(url, { leastBytesPerSecond: 20_000 })).bytes.equals(data)).toBe(true);
    expect(asked).toHaveLength(1);
    await expect(fetched(url, { leastBytesPerSecond: 1024 ** 2 })).rejects.toMatchObject({
      code: 'too-slow',
      message: expect.stringContaining('1.0 MiB per second'),
    });
  });

  test('the time that the reader takes does not count', async () => {
    const large = randomBytes(4_000_000);
    const { url } = await serve((_asked, answer) => answer.end(large));
    const door = createDoor({ allowedHosts: ['127.0.0.1'] });
    const signal = AbortSignal.timeout(10_000);
    const { bytes } = await openRemoteFile(door, { url, signal, hasChecksum: false, patienceMs: 100 });
    let size = 0;
    for await (const piece of bytes) {
      if (size === 0) await new Promise((resolve) => setTimeout(resolve, 300));
      size += piece.length;
    }
    expect(size).toBe(large.length);
  });

  test('whoever cancels is obeyed at once, with the reason', async () => {
    const { url } = await serve((_asked, answer) => void answer.writeHead(200, { 'content-length': 10 }).write('.'));
    const stop = new AbortController();
    setTimeout(() => stop.abort(new Error('enough')), 50);
    await expect(fetched(url, { signal: stop.signal, patienceMs: 60_000 })).rejects.toThrow('enough');
  });
});
