import type { Config } from '../../../shared/config.ts';
import { isBootreadyError } from '../../../shared/errors.ts';
import type { ProcessRole } from '../../../shared/operation/process-roles.ts';
import type { Dependency, Diagnosis, Say } from './dependency.ts';
import { explainReason } from './reason.ts';

export type Examined = { diagnoses: Diagnosis[]; late: boolean };

/** Never throws: what a dependency throws is a diagnosis too, and so is its silence. */
export async function examine(dependency: Dependency, config: Config, role?: ProcessRole): Promise<Examined> {
  const { name, seconds, remedy } = dependency;
  const diagnoses: Diagnosis[] = [];
  let open = true;
  const note =
    (outcome: Diagnosis['outcome']) =>
    (message: string, advice?: string): void => {
      if (open) diagnoses.push({ dependency: name, outcome, message, ...(advice ? { remedy: advice } : {}) });
    };
  const say: Say = { ok: note('ok'), warning: note('warning'), failed: note('failed') };
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(new Error('late')), seconds * 1000);
  const { signal } = controller;
  const tooLate = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
  try {
    await Promise.race([dependency.examine({ config, say, signal, role }), tooLate]);
  } catch (error) {
    if (signal.aborted) say.failed(`It did not answer within ${seconds} seconds.`, remedy);
    else if (isBootreadyError(error)) say.failed(error.message, error.remedy ?? remedy);
    else say.failed(`It fails: ${explainReason(error)}.`, remedy);
  } finally {
    open = false;
    clearTimeout(timer);
  }
  return { diagnoses, late: signal.aborted };
}
