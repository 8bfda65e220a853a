import { type Usage, watchUsage } from '../../support/process-usage.ts';
import type { Form, Workload } from './workloads.ts';

/** An image that lies in a bucket, and as a file. */
export type BenchedImage = { workload: Workload; form: Form; path: string; bytes: number; bucket: string; key: string };

/** What one way took for one image. */
export type Taken = {
  seconds: number;
  /** Seconds of each part of it, by name. */
  parts: Record<string, number>;
  usage: Usage;
};

/** A way from an upload to an image that clouds can use. */
export type Contender = {
  name: string;
  /** Undefined: it cannot process this kind of file. */
  measure(image: BenchedImage): Promise<Taken | undefined>;
};

/** @returns what the work took, in seconds */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await work();
  return (performance.now() - begun) / 1000;
}

/** @param pid whose usage counts, with all that it starts */
export async function measured(pid: number, work: () => Promise<Record<string, number>>): Promise<Taken> {
  const stopWatching = watchUsage(pid);
  try {
    const begun = performance.now();
    const parts = await work();
    return { seconds: (performance.now() - begun) / 1000, parts, usage: stopWatching() };
  } finally {
    stopWatching();
  }
}
