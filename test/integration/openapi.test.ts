import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createApiKeyStore } from '../../adapters/database/project-store.ts';
import { createApiClient } from '../../cli/client/api/api-client.ts';
import { tieToUs } from '../../dev/stack/service.ts';
import type { Role } from '../../shared/ports/projects.ts';
import { newApiKey } from '../../shared/secrets/api-key.ts';
import { type Installation, project, startInstallation } from '../support/installation.ts';
import { pythonWith } from '../support/python-packages.ts';

/**
 * Schemathesis (https://schemathesis.readthedocs.io) sends what the OpenAPI document allows, and what it does not, to the API as it is, and holds
 * each answer against the document.
 */

const pins = join(import.meta.dirname, '../support/schemathesis.txt');
const checks = [
  'not_a_server_error',
  'status_code_conformance',
  'content_type_conformance',
  'response_schema_conformance',
];

let dir: string;
let python: string;
let installation: Installation;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'openapi-'));
  python = await pythonWith(pins);
  installation = await startInstallation({ roles: [] });
});
afterAll(async () => {
  await installation?.close();
  await rm(dir, { recursive: true, force: true });
});

async function keyFor(role: Role): Promise<string> {
  const { key, hash, hint } = newApiKey();
  await createApiKeyStore(installation.db).create({ projectId: project, name: role, hash, hint, role });
  return key;
}

/** Reads what is there, instead of none again and again; deleting it is tried on others. */
function settings(imageId: string): string {
  return `
[[operations]]
include-path-regex = '^/v1/images/\\{id\\}'
exclude-operation-id = "deleteImage"
parameters = { "path.id" = "${imageId}" }
`;
}

/** The document as it is served; what Schemathesis cannot make text of (Unicode's categories without ranges) is left to the tests of names. */
async function document(): Promise<string> {
  const served = await fetch(`${installation.apiUrl}/openapi.json`);
  return JSON.stringify(await served.json(), (key, value: unknown) =>
    key === 'pattern' && String(value).includes('\\p{Cc}') ? undefined : value,
  );
}

/** What it printed, and how it ended. */
async function schemathesis(key: string, imageId: string): Promise<{ code: number; output: string }> {
  const location = join(dir, 'openapi.json');
  const config = join(dir, `${imageId}.toml`);
  await writeFile(location, await document());
  await writeFile(config, settings(imageId));
  return new Promise((resolve) => {
    execFile(
      ...tieToUs(python, [
        ...['-m', 'schemathesis.cli', '--config-file', config, 'run', location, '--url', installation.apiUrl],
        ...['-H', `Authorization: Bearer ${key}`, '--checks', checks.join(','), '--no-color'],
        // Streams have no end.
        ...['--exclude-operation-id-regex', '^followImages?$'],
        // Its threads get into each other's way in Python before 3.11.5: "AST constructor recursion depth mismatch" (CPython, gh-106905).
        ...['--max-examples', '10', '--seed', '1', '--no-shrink', '--generation-database', 'none', '--workers', '1'],
      ]),
      { cwd: dir, maxBuffer: 64 * 1024 ** 2, env: { PATH: process.env.PATH ?? '', HOME: dir } },
      (error, stdout, stderr) => resolve({ code: error ? Number(error.code ?? 1) : 0, output: stdout + stderr }),
    );
  });
}

test.each(['admin', 'member'] as const)(
  'what a key of the role %s is answered is what the document says',
  async (role) => {
    const key = await keyFor(role);
    const { id } = await createApiClient({ url: installation.apiUrl, apiKey: key }).createImage({ name: role });
    const { code, output } = await schemathesis(key, id);
    const [, selected, tested] = /Selected: (\d+)\/\d+\s+Tested: (\d+)/.exec(output) ?? [];
    expect(Number(selected), output).toBeGreaterThan(25);
    expect(tested, output).toBe(selected);
    expect(code, output).toBe(0);
  },
  400_000,
);
