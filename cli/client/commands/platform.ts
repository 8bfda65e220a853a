import type { Command } from 'commander';
import { bootCheckOption, formatOption, imageArgument, policyOption, wholeNumber } from './options.ts';

/** Platform images and where they come from. */
export const addPlatformCommands = (program: Command): void => {
  program
    .command('promote')
    .description('make a published image the platform image of a family, for everyone (administrators)')
    .argument('<id>', imageArgument)
    .requiredOption('--family <family>', 'what it is one of, e.g. debian-12; the one before is hidden')
    .action(async (id: string, _options: object, command: Command) =>
      (await import('../platform.ts')).promoteImage(id, command.optsWithGlobals()),
    );
  program
    .command('families')
    .description('list the platform images: the newest of each family')
    .action(async (_options: object, command: Command) =>
      (await import('../platform.ts')).listFamilies(command.optsWithGlobals()),
    );
  const source = program.command('source').description('where platform images are fetched from (administrators)');
  source
    .command('set')
    .description('fetch the images of a family from a URL, now and whenever their checksum changes')
    .argument('<family>')
    .requiredOption('--url <url>', 'of the image')
    .option('--checksum-url <url>', 'of the file that holds its checksum: SHA256SUMS, SHA512SUMS, ...')
    .option('--signing-key <file>', 'public keys (gpg --armor --export), of which one must have signed that file')
    .option('--signature-url <url>', 'of its signature, where that is a file beside it: SHA256SUMS.gpg, ...')
    .option('--checksum <checksum>', 'sha256:HEX or sha512:HEX, instead')
    .option('--every <hours>', 'how often it is looked at', wholeNumber(1, 8784), 24)
    .option('--name <name>', 'what the images shall be called')
    .option(
      '--keep <n>',
      'delete earlier images that it has brought, but for so many and those in use',
      wholeNumber(0, 1000),
    )
    .addOption(formatOption())
    .addOption(policyOption())
    .addOption(bootCheckOption())
    .action(async (family: string, _options: object, command: Command) =>
      (await import('../platform.ts')).setSource(family, command.optsWithGlobals()),
    );
  source
    .command('list')
    .description('list the sources, and what came of them')
    .action(async (_options: object, command: Command) =>
      (await import('../platform.ts')).listSources(command.optsWithGlobals()),
    );
  source
    .command('refresh')
    .description('look at a source now; what came to nothing is fetched again')
    .argument('<family>')
    .action(async (family: string, _options: object, command: Command) =>
      (await import('../platform.ts')).refreshSource(family, command.optsWithGlobals()),
    );
  source
    .command('delete')
    .description('fetch no more; the images stay')
    .argument('<family>')
    .action(async (family: string, _options: object, command: Command) =>
      (await import('../platform.ts')).deleteSource(family, command.optsWithGlobals()),
    );
};
