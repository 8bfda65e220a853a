import { randomBytes, randomUUID } from 'node:crypto';
import type { Kysely } from 'kysely';
import { createImageStore } from '../../adapters/database/image-store.ts';
import { createProjectStore } from '../../adapters/database/project-store.ts';
import { createRunStore } from '../../adapters/database/run-store.ts';
import type { Database } from '../../adapters/database/schema.ts';
import type { ConvertedDisk, Report, Verdict } from '../../shared/contracts/run.ts';
import type { Limits } from '../../shared/limits/quota.ts';
import type { Image } from '../../shared/ports/image.ts';
import type { Run } from '../../shared/ports/images.ts';
import type { ObjectInfo } from '../../shared/ports/object-store.ts';
import type { Project } from '../../shared/ports/projects.ts';
import type { Publication } from '../../shared/ports/runs.ts';

/** What conformance suites begin with, each test in a project of its own. */

export function hex(bytes: number): string {
  return randomBytes(bytes).toString('hex');
}

export function someProject(db: Kysely<Database>, more: { quota?: Partial<Limits> } = {}): Promise<Project> {
  return createProjectStore(db).ensure({ id: `p-${hex(6)}`, ...more });
}

/** What HEAD says of an upload that no other test knows. */
export function someObject(project: Project, more: Partial<ObjectInfo> = {}): ObjectInfo {
  return {
    bucket: 'uploads',
    key: `${project.keyPrefix}${randomUUID()}.qcow2`,
    size: 1024,
    etag: hex(16),
    lastModified: new Date(),
    metadata: {},
    ...more,
  };
}

export function someDisk(more: Partial<ConvertedDisk> = {}): ConvertedDisk {
  return {
    format: 'qcow2',
    size: 2048,
    virtualSize: 4096,
    allocatedSize: 2048,
    sha256: hex(32),
    ...more,
  };
}

export function makePublication({ imageId }: RunNames, converted: ConvertedDisk = someDisk()): Publication {
  return {
    bucket: 'images',
    key: `${imageId}/${converted.sha256}.${converted.format}`,
    converted,
  };
}

export function someReport(run: RunNames, verdict: Verdict, more: Partial<Report> = {}): Report {
  return {
    schema: 'bootready.report/v1',
    ...run,
    verdict,
    upload: { bucket: 'uploads', key: 'k', etag: 'e', size: 1024 },
    layers: [],
    findings: [],
    tools: {},
    ...more,
  };
}

export type RunNames = { imageId: string; runId: string };
export function toNames(run: Run): RunNames {
  return { imageId: run.imageId, runId: run.id };
}

/** An image whose bytes are there, and its first run, which nobody has begun. */
export function uploadedImage(
  db: Kysely<Database>,
  project: Project,
  object: ObjectInfo = someObject(project),
): Promise<{ image: Image; run: Run }> {
  return createImageStore(db).findOrCreate(object, { projectId: project.id, name: 'Debian 12', settings: {} });
}

/** An image that was published, as its steps do it. */
export async function publishedImage(
  db: Kysely<Database>,
  project: Project,
  converted: ConvertedDisk = someDisk(),
): Promise<{ image: Image; run: Run }> {
  const uploaded = await uploadedImage(db, project);
  const runs = createRunStore(db);
  const names = toNames(uploaded.run);
  const { fence } = await runs.beginAttempt(names, 'worker');
  await runs.publish({ ...names, fence }, makePublication(names, converted));
  return uploaded;
}
