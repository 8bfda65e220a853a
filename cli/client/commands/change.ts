import type { Command } from 'commander';
import {
  bandwidthOption,
  bootCheckOption,
  collected,
  formatOption,
  imageArgument,
  policyOption,
  timeoutOption,
  wholeNumber,
} from './options.ts';

/** What is done with an image. */
export const addChangeCommands = (program: Command): void => {
  program
    .command('retry')
    .description('try an image again that was rejected, has failed or was cancelled')
    .argument('<image>', imageArgument)
    .addOption(formatOption())
    .addOption(policyOption())
    .addOption(bootCheckOption())
    .option('--allow-iso', 'take an installation medium (ISO 9660) too')
    .action(async (id: string, _options: object, command: Command) =>
      (await import('../change.ts')).retryImage(id, command.optsWithGlobals()),
    );
  program
    .command('repair')
    .description('make a new image from one, mended by remedies; the one that is there stays as it is')
    .argument('<image>', imageArgument)
    .option('--remedy <name...>', 'what is to be done; by default what its report asks for')
    .option('--list', 'only show the remedies that there are for it')
    .option('--name <name>', 'what the new image shall be called')
    .addOption(formatOption())
    .addOption(policyOption())
    .addOption(bootCheckOption())
    .action(async (id: string, _options: object, command: Command) =>
      (await import('../repair.ts')).repairImage(id, command.optsWithGlobals()),
    );
  program
    .command('deliver')
    .description('send a published image to a target of the operator, for the first time or once more')
    .argument('<id>', imageArgument)
    .requiredOption('--target <name>', 'as the operator has named it')
    .action(async (id: string, _options: object, command: Command) =>
      (await import('../deliver.ts')).deliverImage(id, command.optsWithGlobals()),
    );
  program
    .command('cancel')
    .description('stop the run, the repair, the download or a delivery of an image')
    .argument('<image>', imageArgument)
    .option('--target <name>', 'its delivery there, and clear away what is half there')
    .action(async (id: string, _options: object, command: Command) =>
      (await import('../change.ts')).cancelImage(id, command.optsWithGlobals()),
    );
  program
    .command('rename')
    .description('give an image another name')
    .argument('<image>', imageArgument)
    .argument('<name>')
    .action(async (id: string, name: string, _options: object, command: Command) =>
      (await import('../change.ts')).renameImage(id, name, command.optsWithGlobals()),
    );
  program
    .command('set')
    .description('change name, requirements or properties of an image')
    .argument('<image>', imageArgument)
    .option('--name <name>', 'what it shall be called')
    .option('--min-ram <mib>', 'memory that an instance needs at least', wholeNumber(0, 2 ** 31 - 1))
    .option('--min-disk <gib>', 'disk that an instance needs at least', wholeNumber(0, 2 ** 31 - 1))
    .option('--property <name=value>', 'set a property, e.g. os_distro=debian; as often as you like', collected)
    .option('--remove-property <name>', 'take a property away; as often as you like', collected)
    .action(async (id: string, _options: object, command: Command) =>
      (await import('../set.ts')).setImage(id, command.optsWithGlobals()),
    );
  program
    .command('delete')
    .description('delete an image and its objects')
    .argument('<image>', imageArgument)
    .option('-y, --yes', 'do not ask')
    .action(async (id: string, _options: object, command: Command) =>
      (await import('../change.ts')).deleteImage(id, command.optsWithGlobals()),
    );
  program
    .command('download')
    .description('fetch a published image; the same command again continues it')
    .argument('<image>', imageArgument)
    .option('-o, --output <file>', 'file or folder; by default here, by the name of the image')
    .option('--force', 'replace a file that is there')
    .addOption(bandwidthOption())
    .addOption(timeoutOption())
    .action(async (id: string, _options: object, command: Command) =>
      (await import('../download.ts')).download(id, command.optsWithGlobals()),
    );
};
