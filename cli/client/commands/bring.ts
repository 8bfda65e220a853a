import { type Command, Option } from 'commander';
import { bandwidthOption, bootCheckOption, formatOption, policyOption, timeoutOption, wholeNumber } from './options.ts';

/** Bytes that are brought. */
export const addBringCommands = (program: Command): void => {
  program
    .command('upload')
    .description('send a disk image and follow it until it is published; the same command again continues it')
    .argument('<file...>', 'one, or several: each becomes an image')
    .option('--name <name>', 'what the image shall be called; by default like its file')
    .addOption(formatOption())
    .addOption(policyOption())
    .addOption(bootCheckOption())
    .option('--allow-iso', 'take an installation medium (ISO 9660) too')
    .option('--parallel <n>', 'parts that are sent at once, 1 to 16', wholeNumber(1, 16), 4)
    .addOption(bandwidthOption())
    .addOption(timeoutOption())
    .option('--no-wait', 'end when it is sent')
    .option('--no-check', 'send it even if its header says that it will be refused')
    .action(async (files: string[], _options: object, command: Command) =>
      (await import('../upload.ts')).upload(files, command.optsWithGlobals()),
    );
  program
    .command('import')
    .description('let the installation fetch a disk image from a URL, and follow it until it is published')
    .argument('<url>', 'http or https; the file must be there for everyone who knows the address')
    .requiredOption('--name <name>', 'what the image shall be called')
    .option('--checksum <checksum>', 'sha256:HEX or sha512:HEX of the file')
    .addOption(formatOption())
    .addOption(policyOption())
    .addOption(bootCheckOption())
    .option('--allow-iso', 'take an installation medium (ISO 9660) too')
    .option('--no-wait', 'end when it has begun')
    .action(async (url: string, _options: object, command: Command) =>
      (await import('../import.ts')).importImage(url, command.optsWithGlobals()),
    );
  const snapshot = program.command('snapshot').description('images that were taken of instances');
  snapshot
    .command('import')
    .description('send or fetch a snapshot; a backup keeps its identity, a template is judged like any image')
    .argument('<file-or-url>')
    .requiredOption('--name <name>', 'what the image shall be called')
    .addOption(new Option('--kind <kind>', 'what it is for').choices(['backup', 'template']).default('template'))
    .option('--instance <id>', 'that it was taken of')
    .option('--base-image <id>', 'that the instance was made of')
    .option('--checksum <checksum>', 'of what is fetched: sha256:HEX or sha512:HEX')
    .addOption(formatOption())
    .addOption(policyOption())
    .addOption(bootCheckOption())
    .option('--parallel <n>', 'parts that are sent at once, 1 to 16', wholeNumber(1, 16), 4)
    .addOption(bandwidthOption())
    .addOption(timeoutOption())
    .option('--no-wait', 'end when it is sent, or its fetching has begun')
    .option('--no-check', 'send it even if its header says that it will be refused')
    .action(async (source: string, _options: object, command: Command) =>
      (await import('../snapshot.ts')).importSnapshot(source, command.optsWithGlobals()),
    );
};
