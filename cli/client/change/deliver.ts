import { TargetName } from '../../../shared/contracts/delivery.ts';
import { connect } from '../api/api-client.ts';
import { findImageId } from '../find-image.ts';
import { type OutputOptions, printResult } from '../output.ts';
import { validOption } from '../valid-option.ts';

/** Sends a published image to a target, for the first time or once more. */
export async function deliverImage(word: string, options: OutputOptions & { target: string }): Promise<void> {
  const target = validOption('--target', TargetName, options.target);
  const api = await connect();
  const image = await api.createDelivery(await findImageId(api, word), { target });
  printResult(
    image,
    () => [`${image.name} is on its way to ${target}; "bootready show ${image.id}" shows the progress.`],
    options,
  );
}

/** Stops a running delivery. */
export async function cancelDelivery(word: string, name: string, options: OutputOptions): Promise<void> {
  const target = validOption('--target', TargetName, name);
  const api = await connect();
  const image = await api.cancelDelivery(await findImageId(api, word), target);
  printResult(
    image,
    () => [
      `The delivery of ${image.name} to ${target} is being stopped, and the partial copy removed.`,
      `"bootready show ${image.id}" shows when it is stopped.`,
    ],
    options,
  );
}
