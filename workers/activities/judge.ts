import type { Policy } from '../../shared/contracts/image.ts';
import type { Report } from '../../shared/contracts/run.ts';
import type { RunContext } from '../../shared/ports/runs.ts';
import { decide } from '../../shared/verdict.ts';
import type { JudgedParts } from '../../workflows/activities.ts';

/** The report of a run: every finding of every step, and what they come to under the policy that holds for the image. */
export const judgeRun = (
  context: RunContext,
  { admission, conversion, inspection }: JudgedParts,
  installationPolicy: Policy,
): Report => {
  const findings = [...admission.findings, ...(conversion?.findings ?? []), ...(inspection?.findings ?? [])];
  const disk = conversion?.disk ?? admission.disk;
  const { bucket, key, etag, size } = context.upload;
  return {
    schema: 'bootready.report/v1',
    imageId: context.imageId,
    runId: context.runId,
    verdict: decide(findings, context.policy ?? installationPolicy),
    upload: { bucket, key, etag, size },
    layers: conversion?.layers ?? admission.layers,
    findings,
    tools: { ...conversion?.tools, ...inspection?.tools },
    ...(disk ? { disk } : {}),
    ...(conversion?.converted ? { converted: conversion.converted } : {}),
    ...(inspection ? { guest: inspection.guest } : {}),
  };
};
