import { type Command, Option } from 'commander';
import {
  bandwidthOption,
  bootCheckOption,
  formatOption,
  policyOption,
  timeoutOption,
  wholeNumber,
} from '../options.ts';

/** Commands that bring bytes to an installation. */
export function addUploadCommands(program: Command): void {
  program
    .command('upload')
    .description('upload a disk image and follow it until it is published; repeat the command to continue an upload')
    .argument('<file...>', 'one or more files; each becomes an image')
    .option('--name <name>', 'image name (default: file name)')
    .addOption(formatOption())
    .addOption(policyOption())
    .addOption(bootCheckOption())
    .option('--allow-iso', 'also accept an installation medium (ISO 9660)')
    .option('--parallel <n>', 'number of parts to send in parallel, 1 to 16', wholeNumber(1, 16), 4)
    .addOption(bandwidthOption())
    .addOption(timeoutOption())
    .option('--no-wait', 'exit once the file is sent')
    .option('--no-check', 'upload even if the local check says that the image will be refused')
    .action(async (files: string[], _options: object, command: Command) =>
      (await import('./upload.ts')).upload(files, command.optsWithGlobals()),
    );
  program
    .command('import')
    .description('let the installation download a disk image from a URL, and follow it until it is published')
    .argument('<url>', 'http or https; the file must be readable without a login')
    .requiredOption('--name <name>', 'image name')
    .option('--checksum <checksum>', 'checksum of the file: sha256:HEX or sha512:HEX')
    .addOption(formatOption())
    .addOption(policyOption())
    .addOption(bootCheckOption())
    .option('--allow-iso', 'also accept an installation medium (ISO 9660)')
    .option('--no-wait', 'exit once the download has started')
    .action(async (url: string, _options: object, command: Command) =>
      (await import('./import.ts')).importImage(url, command.optsWithGlobals()),
    );
  const snapshot = program.command('snapshot').description('manage images of instances');
  snapshot
    .command('import')
    .description('upload or import a snapshot; a backup keeps its identity, a template is checked like any image')
    .argument('<file-or-url>')
    .requiredOption('--name <name>', 'image name')
    .addOption(
      new Option('--kind <kind>', 'purpose of the snapshot').choices(['backup', 'template']).default('template'),
    )
    .option('--instance <id>', 'ID of the instance it was taken from')
    .option('--base-image <id>', 'ID of the image the instance was created from')
    .option('--checksum <checksum>', 'checksum of the downloaded file: sha256:HEX or sha512:HEX')
    .addOption(formatOption())
    .addOption(policyOption())
    .addOption(bootCheckOption())
    .option('--parallel <n>', 'number of parts to send in parallel, 1 to 16', wholeNumber(1, 16), 4)
    .addOption(bandwidthOption())
    .addOption(timeoutOption())
    .option('--no-wait', 'exit once the file is sent, or the download has started')
    .option('--no-check', 'upload even if the local check says that the image will be refused')
    .action(async (source: string, _options: object, command: Command) =>
      (await import('./snapshot.ts')).importSnapshot(source, command.optsWithGlobals()),
    );
}
