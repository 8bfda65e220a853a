import type { Command } from 'commander';
import { bootCheckOption, formatOption, imageArgument, policyOption, wholeNumber } from '../options.ts';

/** Platform images and where they come from. */
export function addPlatformCommands(program: Command): void {
  program
    .command('promote')
    .description('publish an image as the platform image of a family, for everyone (administrators)')
    .argument('<id>', imageArgument)
    .requiredOption('--family <family>', 'family to publish under, e.g. debian-12; hides the previous image')
    .action(async (id: string, _options: object, command: Command) =>
      (await import('./platform.ts')).promoteImage(id, command.optsWithGlobals()),
    );
  program
    .command('families')
    .description('list the platform images: the newest of each family')
    .action(async (_options: object, command: Command) =>
      (await import('./platform.ts')).listFamilies(command.optsWithGlobals()),
    );
  const source = program.command('source').description('manage the sources of platform images (administrators)');
  source
    .command('set')
    .description('download the images of a family from a URL, now and whenever their checksum changes')
    .argument('<family>')
    .requiredOption('--url <url>', 'URL of the image')
    .option('--checksum-url <url>', 'URL of the file with its checksum: SHA256SUMS, SHA512SUMS, ...')
    .option(
      '--signing-key <file>',
      'file of public keys (gpg --armor --export); one of them must have signed the checksum file',
    )
    .option('--signature-url <url>', 'URL of a separate signature file: SHA256SUMS.gpg, ...')
    .option('--checksum <checksum>', 'fixed checksum instead: sha256:HEX or sha512:HEX')
    .option('--every <hours>', 'time between refreshes', wholeNumber(1, 8784), 24)
    .option('--name <name>', 'name of the images')
    .option('--keep <n>', 'keep the N newest images from this source; delete older unused ones', wholeNumber(0, 1000))
    .addOption(formatOption())
    .addOption(policyOption())
    .addOption(bootCheckOption())
    .action(async (family: string, _options: object, command: Command) =>
      (await import('./platform.ts')).setSource(family, command.optsWithGlobals()),
    );
  source
    .command('list')
    .description('list the sources and their results')
    .action(async (_options: object, command: Command) =>
      (await import('./platform.ts')).listSources(command.optsWithGlobals()),
    );
  source
    .command('refresh')
    .description('refresh a source now; failed downloads are retried')
    .argument('<family>')
    .action(async (family: string, _options: object, command: Command) =>
      (await import('./platform.ts')).refreshSource(family, command.optsWithGlobals()),
    );
  source
    .command('delete')
    .description('remove a source; its images stay')
    .argument('<family>')
    .action(async (family: string, _options: object, command: Command) =>
      (await import('./platform.ts')).deleteSource(family, command.optsWithGlobals()),
    );
}
