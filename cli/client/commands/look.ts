import type { Command } from 'commander';
import { imageArgument, wholeNumber } from './options.ts';

/** What there is, and what was found. */
export const addLookCommands = (program: Command): void => {
  program
    .command('list')
    .description('list images, newest first')
    .option('--status <status>', 'queued, importing, active, killed, ...')
    .option('--name <name>', 'with exactly this name')
    .option('--snapshots', 'of snapshots only')
    .option('--system <system>', 'on which this was found: linux, windows, debian, ubuntu, ...')
    .option('--visibility <visibility>', 'private, shared, community, public')
    .option('--shared', 'those that other projects share with yours, instead of your own')
    .option('--limit <n>', 'at most so many', wholeNumber(1, 100_000), 50)
    .action(async (_options: object, command: Command) =>
      (await import('../look.ts')).listImages(command.optsWithGlobals()),
    );
  program
    .command('show')
    .description('show an image: steps, checks and advice, where it is published')
    .argument('<image>', imageArgument)
    .action(async (id: string, _options: object, command: Command) =>
      (await import('../look.ts')).showImage(id, command.optsWithGlobals()),
    );
  program
    .command('watch')
    .description('follow an image until its run has ended')
    .argument('<image>', imageArgument)
    .action(async (id: string, _options: object, command: Command) =>
      (await import('../look.ts')).watchImage(id, command.optsWithGlobals()),
    );
  program
    .command('console')
    .description('show what the console said when the image was started for its boot check')
    .argument('<image>', imageArgument)
    .option('--screen <file>', 'write the picture of its screen (PNG) to a file too')
    .action(async (id: string, _options: object, command: Command) =>
      (await import('../console.ts')).showConsole(id, command.optsWithGlobals()),
    );
  program
    .command('report')
    .description('print the report of an image as text, as a page (--html) or as the schema describes it (--json)')
    .argument('<image>', imageArgument)
    .option('--html', 'a page of its own, to be mailed or kept')
    .option('--run <n>', 'of an earlier run', wholeNumber(1, 100_000))
    .option('-o, --output <file>', 'write it to a file')
    .action(async (id: string, _options: object, command: Command) =>
      (await import('../report.ts')).showReport(id, command.optsWithGlobals()),
    );
  program
    .command('sbom')
    .description('print the software bill of materials of an image: the packages inside (CycloneDX)')
    .argument('<image>', imageArgument)
    .option('-o, --output <file>', 'write it to a file')
    .action(async (id: string, _options: object, command: Command) =>
      (await import('../sbom.ts')).showSbom(id, command.optsWithGlobals()),
    );
  const provenance = program.command('provenance').description('signed statements of how published images came to be');
  provenance
    .command('show')
    .description('print the provenance of a published image (DSSE)')
    .argument('<image>', imageArgument)
    .option('-o, --output <file>', 'write it to a file')
    .action(async (id: string, _options: object, command: Command) =>
      (await import('../provenance.ts')).showProvenance(id, command.optsWithGlobals()),
    );
  provenance
    .command('keys')
    .description('print the public keys of the installation (PEM)')
    .action(async (_options: object, command: Command) =>
      (await import('../provenance.ts')).showKeys(command.optsWithGlobals()),
    );
  program
    .command('events')
    .description('list what stores have announced, and what became of it')
    .option('--limit <n>', 'at most so many', wholeNumber(1, 100_000), 50)
    .option('--unsettled', 'only what nobody has settled yet')
    .action(async (_options: object, command: Command) =>
      (await import('../inbox.ts')).listEvents(command.optsWithGlobals()),
    );
};
