import { ImageName } from '../../../shared/contracts/image.ts';
import { withStyle } from '../../terminal.ts';
import { connect } from '../api/api-client.ts';
import { findImageId } from '../find-image.ts';
import { type OutputOptions, printResult } from '../output.ts';
import { validOption } from '../valid-option.ts';
import { type SettingOptions, toSettings } from './change.ts';

export type RepairOptions = OutputOptions & SettingOptions & { remedy?: string[]; list?: boolean; name?: string };

/** Makes a new image from one, or lists the remedies that could fix it. */
export async function repairImage(word: string, options: RepairOptions): Promise<void> {
  const name = options.name === undefined ? undefined : validOption('--name', ImageName, options.name);
  const settings = toSettings(options);
  const api = await connect();
  const id = await findImageId(api, word);
  if (options.list) {
    const found = await api.remedies(id);
    printResult(
      found,
      () =>
        found.remedies.flatMap(({ code, title, plan, answers, unavailable }) => [
          [
            withStyle('strong', code),
            `  ${title}`,
            answers.length > 0 ? withStyle('careful', `  fixes ${answers.join(', ')}`) : '',
          ],
          `    ${plan}`,
          ...(unavailable ? [withStyle('careful', `    ${unavailable}`)] : []),
        ]),
      options,
    );
    return;
  }
  const { remedy } = options;
  const image = await api.createRepair(id, {
    settings,
    ...(remedy ? { remedies: remedy } : {}),
    ...(name ? { name } : {}),
  });
  printResult(
    image,
    () => [
      `${image.name} (${image.id}) is being made by ${image.repair?.remedies.join(', ') ?? ''}.`,
      `"bootready show ${image.id}" shows the changes and the findings after the repair.`,
    ],
    options,
  );
}
