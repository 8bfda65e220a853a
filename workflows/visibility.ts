import { setCurrentDetails, upsertSearchAttributes } from '@temporalio/workflow';
import type { Step } from '../shared/contracts/step.ts';
import { searchAttribute } from '../shared/contracts/workflow.ts';

/** Shows operators who look at Temporal's UI which step the run is in. */
export function enter(step: Step, format?: string): void {
  upsertSearchAttributes({
    [searchAttribute.step]: [step],
    ...(format ? { [searchAttribute.format]: [format] } : {}),
  });
  setCurrentDetails(format ? `**${step}** (source format ${format})` : `**${step}**`);
}
