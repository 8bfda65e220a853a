import type { Command } from 'commander';
import {
  bandwidthOption,
  bootCheckOption,
  collect,
  formatOption,
  imageArgument,
  policyOption,
  timeoutOption,
  wholeNumber,
} from '../options.ts';

/** Commands that change an image. */
export function addChangeCommands(program: Command): void {
  program
    .command('retry')
    .description('process an image again after it was rejected, failed or was cancelled')
    .argument('<image>', imageArgument)
    .addOption(formatOption())
    .addOption(policyOption())
    .addOption(bootCheckOption())
    .option('--allow-iso', 'also accept an installation medium (ISO 9660)')
    .action(async (id: string, _options: object, command: Command) =>
      (await import('./change.ts')).retryImage(id, command.optsWithGlobals()),
    );
  program
    .command('repair')
    .description('create a repaired copy of an image; the original stays unchanged')
    .argument('<image>', imageArgument)
    .option('--remedy <name...>', 'remedies to apply (default: the ones its report asks for)')
    .option('--list', 'only list the available remedies')
    .option('--name <name>', 'name of the new image')
    .addOption(formatOption())
    .addOption(policyOption())
    .addOption(bootCheckOption())
    .action(async (id: string, _options: object, command: Command) =>
      (await import('./repair.ts')).repairImage(id, command.optsWithGlobals()),
    );
  program
    .command('deliver')
    .description('deliver a published image to a target of the operator, or deliver it again')
    .argument('<id>', imageArgument)
    .requiredOption('--target <name>', 'name of the target')
    .action(async (id: string, _options: object, command: Command) =>
      (await import('./deliver.ts')).deliverImage(id, command.optsWithGlobals()),
    );
  program
    .command('cancel')
    .description('stop the run, the repair, the download or a delivery of an image')
    .argument('<image>', imageArgument)
    .option('--target <name>', 'cancel delivery to this target and remove the partial copy')
    .action(async (id: string, _options: object, command: Command) =>
      (await import('./change.ts')).cancelImage(id, command.optsWithGlobals()),
    );
  program
    .command('rename')
    .description('rename an image')
    .argument('<image>', imageArgument)
    .argument('<name>')
    .action(async (id: string, name: string, _options: object, command: Command) =>
      (await import('./change.ts')).renameImage(id, name, command.optsWithGlobals()),
    );
  program
    .command('set')
    .description('change name, requirements or properties of an image')
    .argument('<image>', imageArgument)
    .option('--name <name>', 'new name')
    .option('--min-ram <mib>', 'minimum memory of an instance', wholeNumber(0, 2 ** 31 - 1))
    .option('--min-disk <gib>', 'minimum disk of an instance', wholeNumber(0, 2 ** 31 - 1))
    .option('--property <name=value>', 'set a property, e.g. os_distro=debian; repeatable', collect)
    .option('--remove-property <name>', 'remove a property; repeatable', collect)
    .action(async (id: string, _options: object, command: Command) =>
      (await import('./set.ts')).setImage(id, command.optsWithGlobals()),
    );
  program
    .command('delete')
    .description('delete an image and its objects')
    .argument('<image>', imageArgument)
    .option('-y, --yes', 'do not ask for confirmation')
    .action(async (id: string, _options: object, command: Command) =>
      (await import('./change.ts')).deleteImage(id, command.optsWithGlobals()),
    );
  program
    .command('download')
    .description('download a published image; repeat the command to continue a download')
    .argument('<image>', imageArgument)
    .option('-o, --output <file>', 'file or folder (default: this folder, named like the image)')
    .option('--force', 'replace an existing file')
    .addOption(bandwidthOption())
    .addOption(timeoutOption())
    .action(async (id: string, _options: object, command: Command) =>
      (await import('./download.ts')).download(id, command.optsWithGlobals()),
    );
}
