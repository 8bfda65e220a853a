import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A server of a distribution, with files that a test puts there and takes away. */
export type Mirror = {
  url: string;
  /** By path. */
  files: Record<string, Buffer | string>;
  /** Puts it there, and into SHA256SUMS, alone. */
  offer(name: string, bytes: Buffer): void;
  close(): void;
};

export async function startMirror(): Promise<Mirror> {
  const files: Mirror['files'] = {};
  const server = createServer((asked, answer) => {
    const file = files[asked.url ?? ''];
    if (file === undefined) answer.writeHead(404);
    answer.end(file);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    files,
    offer: (name, bytes) => {
      files[`/${name}`] = bytes;
      files['/SHA256SUMS'] = `${createHash('sha256').update(bytes).digest('hex')} *${name}\n`;
    },
    close: () => server.close(),
  };
}
