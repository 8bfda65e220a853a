import { createHash, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/**
 * The documented API of Proxmox VE, as far as images for import need it: parameters and their rules are those of pve-storage
 * (`PVE/API2/Storage/Status.pm`, `Content.pm`), answers those of the API viewer. It is no Proxmox: docs/limits.md says so.
 */
export type FakeProxmox = {
  url: string;
  token: { token_id: string; token_secret: string };
  /** Files of the storage for import, by name. */
  files: Map<string, Buffer>;
  /** What the storage takes. */
  content: { takes: string };
  /** How many uploads were asked for. */
  uploads(): number;
  close(): Promise<void>;
};

const node = 'pve1';
const storage = 'shelf';

/** Parts of a form, in their order. */
function readForm(contentType: string, body: Buffer): { name: string; filename?: string; value: Buffer }[] {
  const boundary = /boundary=(\S+)/.exec(contentType)?.[1] ?? '';
  const found: { name: string; filename?: string; value: Buffer }[] = [];
  const mark = Buffer.from(`--${boundary}`);
  for (let at = body.indexOf(mark); at >= 0; ) {
    const start = at + mark.length + 2;
    const next = body.indexOf(Buffer.from(`\r\n--${boundary}`), start);
    if (next < 0) break;
    const split = body.indexOf('\r\n\r\n', start);
    const head = body.subarray(start, split).toString();
    const [, name = '', filename] = /name="([^"]*)"(?:; filename="([^"]*)")?/.exec(head) ?? [];
    found.push({ name, ...(filename ? { filename } : {}), value: body.subarray(split + 4, next) });
    at = next + 2;
  }
  return found;
}

export async function startProxmox(): Promise<FakeProxmox> {
  const token = { token_id: 'images@pve!bootready', token_secret: randomUUID() };
  const files = new Map<string, Buffer>();
  const tasks = new Map<string, { ended: string; asked: number }>();
  const content = { takes: 'iso,import' };
  let uploads = 0;

  const fork = (type: string, work: () => string): string => {
    const upid = `UPID:${node}:0000AAAA:00000001:6569F000:${type}:${randomUUID()}:${token.token_id}:`;
    tasks.set(upid, { ended: work(), asked: 0 });
    return upid;
  };
  const take = async (request: IncomingMessage): Promise<[number, unknown]> => {
    uploads++;
    // pve-http-server wants to know the length.
    if (!request.headers['content-length']) return [411, null];
    const parts = readForm(request.headers['content-type'] ?? '', await buffer(request));
    const file = parts.at(-1);
    const fields = new Map(parts.slice(0, -1).map(({ name, value }) => [name, value.toString()]));
    const known = ['content', 'checksum', 'checksum-algorithm'];
    if (file?.name !== 'filename' || [...fields.keys()].some((key) => !known.includes(key))) return [400, null];
    if (fields.get('content') !== 'import' || !content.takes.includes('import')) return [500, null];
    const name = file.filename ?? '';
    if (name.length > 255 || !/^[a-zA-Z0-9\-.+=_]+\.(ova|qcow2|raw|vmdk)$/.test(name)) return [400, null];
    const algorithm = fields.get('checksum-algorithm');
    if (!algorithm !== !fields.get('checksum')) return [400, null];
    return [
      200,
      fork('imgcopy', () => {
        const got = algorithm ? createHash(algorithm).update(file.value).digest('hex') : '';
        if (algorithm && got !== fields.get('checksum'))
          return `checksum mismatch: got '${got}' != expect '${fields.get('checksum')}'`;
        files.set(name, file.value);
        return 'OK';
      }),
    ];
  };
  const answer = async (request: IncomingMessage): Promise<[number, unknown]> => {
    const { authorization } = request.headers;
    if (authorization !== `PVEAPIToken=${token.token_id}=${token.token_secret}`) return [401, null];
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://x');
    const path = pathname.replace(`/api2/json/nodes/${node}/`, '');
    if (path === `storage/${storage}/status`) return [200, { content: content.takes, active: 1, type: 'dir' }];
    if (path === `storage/${storage}/upload` && request.method === 'POST') return take(request);
    if (path === `storage/${storage}/content` && searchParams.get('content') === 'import') {
      return [
        200,
        [...files].map(([name, { length }]) => ({
          volid: `${storage}:import/${name}`,
          size: length,
          format: 'raw',
          content: 'import',
        })),
      ];
    }
    const volume = new RegExp(`^storage/${storage}/content/(.+)$`).exec(path)?.[1];
    if (volume && request.method === 'DELETE') {
      const name = decodeURIComponent(volume).replace(`${storage}:import/`, '');
      return [200, fork('imgdel', () => (files.delete(name) ? 'OK' : 'no such volume'))];
    }
    const task = tasks.get(decodeURIComponent(/^tasks\/(.+)\/status$/.exec(path)?.[1] ?? ''));
    // It runs for a while.
    if (task) return [200, task.asked++ === 0 ? { status: 'running' } : { status: 'stopped', exitstatus: task.ended }];
    return [501, null];
  };

  const server = createServer((request, response) => {
    answer(request).then(
      ([status, data]) => {
        request.resume();
        response.writeHead(status, { 'content-type': 'application/json;charset=UTF-8' }).end(JSON.stringify({ data }));
      },
      () => response.destroy(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    token,
    files,
    content,
    uploads: () => uploads,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
