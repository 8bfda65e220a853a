import { setCurrentDetails, upsertSearchAttributes } from '@temporalio/workflow';
import type { Step } from '../shared/contracts/step.ts';
import { searchAttribute } from '../shared/contracts/workflow.ts';

/** Shows the current step of the run to operators in Temporal's UI. */
export function enter(step: Step, format?: string): void {
  upsertSearchAttributes({
    [searchAttribute.step]: [step],
    ...(format ? { [searchAttribute.format]: [format] } : {}),
  });
  setCurrentDetails(format ? `**${step}** (source format ${format})` : `**${step}**`);
}
