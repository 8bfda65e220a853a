import { Counter, Histogram, type Registry } from 'prom-client';
import { runStatuses, Verdict } from '../../shared/contracts/run.ts';
import { steps } from '../../shared/contracts/step.ts';
import type { StepMeter } from '../../shared/ports/meters.ts';

const minute = 60;
const hour = 60 * minute;

export function createStepMeter(registry: Registry): StepMeter {
  const registers = [registry];
  const duration = new Histogram({
    name: 'bootready_step_duration_seconds',
    help: 'Attempts at steps, including the wait for a slot.',
    labelNames: ['step', 'outcome'],
    buckets: [0.5, 1, 5, 15, 30, minute, 2 * minute, 5 * minute, 15 * minute, hour, 4 * hour, 12 * hour],
    registers,
  });
  const converted = new Counter({
    name: 'bootready_converted_bytes_total',
    help: 'Bytes of the written disks, including holes.',
    labelNames: ['source_format', 'format'],
    registers,
  });
  const boots = new Counter({
    name: 'bootready_boot_checks_total',
    help: 'Started images, by the worst finding.',
    labelNames: ['accelerator', 'outcome'],
    registers,
  });
  const verdicts = new Counter({
    name: 'bootready_verdicts_total',
    help: 'Verdicts of runs.',
    labelNames: ['verdict'],
    registers,
  });
  const findings = new Counter({
    name: 'bootready_findings_total',
    help: 'Findings of runs with a verdict, except passes.',
    labelNames: ['code', 'outcome'],
    registers,
  });
  const runs = new Counter({
    name: 'bootready_runs_ended_total',
    help: 'Ended runs, by outcome.',
    labelNames: ['status'],
    registers,
  });
  // A series that begins with its first event hides that event from rate() and increase().
  for (const step of steps) for (const outcome of ['done', 'failed']) duration.zero({ step, outcome });
  for (const status of runStatuses) if (status !== 'queued' && status !== 'running') runs.inc({ status }, 0);
  for (const verdict of Verdict.options) verdicts.inc({ verdict }, 0);
  return {
    step: (step, outcome, seconds) => duration.observe({ step, outcome }, seconds),
    converted: ({ from, to }, bytes) => converted.inc({ source_format: from, format: to }, bytes),
    bootChecked: (accelerator, outcome) => boots.inc({ accelerator, outcome }),
    judged: (verdict, found) => {
      verdicts.inc({ verdict });
      for (const { code, outcome } of found) if (outcome !== 'pass') findings.inc({ code, outcome });
    },
    ended: (status) => runs.inc({ status }),
  };
}
