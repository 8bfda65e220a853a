import type { JudgedParts } from '../../shared/checks/examine.ts';
import { outweigh } from '../../shared/checks/outweigh.ts';
import { decide } from '../../shared/checks/verdict.ts';
import type { Policy } from '../../shared/contracts/image.ts';
import type { Examination, Report } from '../../shared/contracts/run.ts';
import type { RunContext } from '../../shared/ports/runs.ts';

/** Every finding of every step, and what they come to under a policy. */
export function judgeParts({ admission, conversion, inspection, bootCheck }: JudgedParts, policy: Policy): Examination {
  const findings = outweigh([admission, conversion, inspection, bootCheck].flatMap((part) => part?.findings ?? []));
  const disk = conversion?.disk ?? admission.disk;
  return {
    verdict: decide(findings, policy),
    layers: conversion?.layers ?? admission.layers,
    findings,
    tools: { ...conversion?.tools, ...inspection?.tools },
    ...(disk ? { disk } : {}),
    ...(conversion?.converted ? { converted: conversion.converted } : {}),
    ...(inspection ? { guest: inspection.guest } : {}),
    ...(bootCheck?.boot ? { boot: bootCheck.boot } : {}),
  };
}

/** The report of a run, under the policy that holds for its image. */
export function judgeRun(context: RunContext, parts: JudgedParts, installationPolicy: Policy): Report {
  const { bucket, key, etag, size } = context.upload;
  const uploadSha256 = parts.conversion?.uploadSha256;
  const sbom = parts.inspection?.sbom;
  return {
    schema: 'bootready.report/v1',
    imageId: context.imageId,
    runId: context.runId,
    upload: { bucket, key, etag, size, ...(uploadSha256 ? { sha256: uploadSha256 } : {}) },
    ...judgeParts(parts, context.policy ?? installationPolicy),
    ...(sbom ? { sbom } : {}),
  };
}
