import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Report } from '../contracts/run.ts';
import { sbomFile, sbomMediaType } from '../sbom/cyclonedx.ts';

export const payloadType = 'application/vnd.in-toto+json';
const statementType = 'https://in-toto.io/Statement/v1';
const predicateType = 'https://slsa.dev/provenance/v1';

const Digest = z.object({ sha256: z.string().regex(/^[0-9a-f]{64}$/) });
const Resource = z.object({
  name: z.string(),
  digest: Digest.optional(),
  mediaType: z.string().optional(),
  annotations: z.record(z.string(), z.unknown()).optional(),
});

/**
 * The origin of a published image: an in-toto Statement v1 with SLSA's provenance predicate v1, which verifiers know. That predicate has no field for checks,
 * so they are a by-product with its digest and its outcomes.
 * Sources: in-toto attestation spec v1, https://slsa.dev/spec/v1.0/provenance
 */
export const Statement = z.object({
  _type: z.literal(statementType),
  subject: z.tuple([z.object({ name: z.string(), digest: Digest })]),
  predicateType: z.literal(predicateType),
  predicate: z.object({
    buildDefinition: z.object({
      buildType: z.literal('urn:bootready:process-image:v1'),
      externalParameters: z.record(z.string(), z.unknown()),
      resolvedDependencies: z.array(Resource),
    }),
    runDetails: z.object({
      builder: z.object({ id: z.string(), version: z.record(z.string(), z.string()) }),
      metadata: z.object({ invocationId: z.string(), finishedOn: z.iso.datetime() }),
      byproducts: z.array(Resource),
    }),
  }),
});
export type Statement = z.infer<typeof Statement>;

export type Published = { name: string; sha256: string; size: number; format: 'raw' | 'qcow2' };

/** @param keyId names the installation, because the owner of the key is the builder */
export function toStatement(
  report: Report,
  { published, policy, keyId, finishedOn }: { published: Published; policy: string; keyId: string; finishedOn: Date },
): Statement {
  const { upload, findings, verdict, tools, imageId, runId, disk, sbom } = report;
  const codes = (outcome: string): string[] =>
    findings.filter((finding) => finding.outcome === outcome).map(({ code }) => code);
  return {
    _type: statementType,
    subject: [{ name: published.name, digest: { sha256: published.sha256 } }],
    predicateType,
    predicate: {
      buildDefinition: {
        buildType: 'urn:bootready:process-image:v1',
        externalParameters: { imageId, format: published.format, policy },
        resolvedDependencies: [
          {
            name: 'upload',
            ...(upload.sha256 ? { digest: { sha256: upload.sha256 } } : {}),
            annotations: { size: upload.size, ...(disk ? { format: disk.format, virtualSize: disk.virtualSize } : {}) },
          },
        ],
      },
      runDetails: {
        builder: { id: `urn:bootready:key:${keyId}`, version: tools },
        metadata: { invocationId: runId, finishedOn: finishedOn.toISOString() },
        byproducts: [
          {
            name: 'checks',
            digest: { sha256: createHash('sha256').update(JSON.stringify(findings)).digest('hex') },
            annotations: {
              verdict,
              passed: codes('pass'),
              warned: codes('warn'),
              failed: codes('fail'),
              unknown: codes('unknown'),
            },
          },
          ...(sbom
            ? [
                {
                  name: sbomFile,
                  digest: { sha256: sbom.sha256 },
                  mediaType: sbomMediaType,
                  annotations: { packages: sbom.packages },
                },
              ]
            : []),
        ],
      },
    },
  };
}
