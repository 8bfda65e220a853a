import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Ajv } from 'ajv';
import { expect, test } from 'vitest';
import root from '../../package.json' with { type: 'json' };
import { billText, ownBill, readPackages } from './sbom.ts';

const library = dirname(createRequire(import.meta.url).resolve('@cyclonedx/cyclonedx-library/package.json'));
function schema(name: string): object {
  return JSON.parse(readFileSync(join(library, `res/schema/${name}.SNAPSHOT.schema.json`), 'utf8')) as object;
}
const ajv = new Ajv({ strict: false, validateFormats: false });
for (const name of ['spdx', 'jsf-0.82']) {
  ajv.addSchema(schema(name), `http://cyclonedx.org/schema/${name}.SNAPSHOT.schema.json`);
}
const valid = ajv.compile(schema('bom-1.5'));

function refs(bill: Awaited<ReturnType<typeof ownBill>>) {
  return bill.components.map((each) => each['bom-ref']);
}

test('the bill of the product fits the schema, and names what runs in production and nothing else', async () => {
  const bill = await ownBill();
  expect([valid(JSON.parse(billText(bill))), valid.errors]).toEqual([true, null]);
  expect(bill.metadata.component).toMatchObject({ name: 'bootready', version: root.version });
  const all = refs(bill);
  for (const [name, version] of Object.entries(root.dependencies)) expect(all).toContain(`${name}@${version}`);
  for (const [name, version] of Object.entries(root.devDependencies)) {
    // Some are needed in production by others, or npm installs them as optional peers (typescript).
    if (['vitest', 'vite', 'oxlint', 'playwright-core'].includes(name)) expect(all).not.toContain(`${name}@${version}`);
  }
  expect(all.filter((ref) => /^(api-types|openapi-typescript)@/.test(ref))).toEqual([]);
  expect(new Set(all).size).toBe(all.length);
  for (const component of bill.components) {
    expect(component).toMatchObject({ purl: expect.stringMatching(/^pkg:npm\//), hashes: [{ alg: 'SHA-512' }] });
  }
});

test('a second bill of the same commit has the same bytes', async () => {
  const bill = await ownBill();
  expect(billText(await ownBill())).toBe(billText(bill));
  expect(bill.serialNumber).not.toBe(
    (await ownBill(new Set([`commander@${root.dependencies.commander}`]))).serialNumber,
  );
});

test('the bill of a bundle names what stands in it, with what of that needs what', async () => {
  const modules = ['commander/index.js', 'openid-client/build/index.js', 'oauth4webapi/build/index.js'];
  const paths = modules.map((path) => join(import.meta.dirname, '../../node_modules', path));
  const bill = await ownBill(await readPackages([...paths, import.meta.filename]));
  expect([valid(JSON.parse(billText(bill))), valid.errors]).toEqual([true, null]);
  expect(refs(bill).map((ref) => ref.split('@')[0])).toEqual(['commander', 'oauth4webapi', 'openid-client']);
  const client = bill.dependencies.find(({ ref }) => ref.startsWith('openid-client@'));
  expect(client?.dependsOn).toEqual([expect.stringMatching(/^oauth4webapi@/)]);
});

test('a package that the lockfile does not have in production is no part of a release', async () => {
  await expect(ownBill(new Set(['vitest@1.0.0']))).rejects.toThrow('vitest@1.0.0');
});
