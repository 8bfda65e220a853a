import type { Command } from 'commander';
import { imageArgument, wholeNumber } from '../options.ts';

/** Commands that list images and show findings. */
export function addLookCommands(program: Command): void {
  program
    .command('list')
    .description('list images, newest first')
    .option('--status <status>', 'queued, importing, active, rejected, failed, cancelled, ...')
    .option('--name <name>', 'filter by exact name')
    .option('--snapshots', 'list snapshots only')
    .option('--system <system>', 'filter by operating system: linux, windows, debian, ubuntu, ...')
    .option('--boot <result>', 'filter by boot test: passed, warned, failed, not-reached, off, unknown')
    .option('--visibility <visibility>', 'private, shared, community, public')
    .option('--shared', 'list images that other projects share with yours')
    .option('--limit <n>', 'maximum number', wholeNumber(1, 100_000), 50)
    .action(async (_options: object, command: Command) =>
      (await import('./look.ts')).listImages(command.optsWithGlobals()),
    );
  program
    .command('show')
    .description('show an image: steps, checks, advice and where it is published')
    .argument('<image>', imageArgument)
    .option('--all', 'also show passed checks, attempts and workers')
    .action(async (id: string, _options: object, command: Command) =>
      (await import('./look.ts')).showImage(id, command.optsWithGlobals()),
    );
  program
    .command('watch')
    .description('follow an image until its run ends')
    .argument('<image>', imageArgument)
    .action(async (id: string, _options: object, command: Command) =>
      (await import('./look.ts')).watchImage(id, command.optsWithGlobals()),
    );
  program
    .command('console')
    .description('show the console output of the boot check')
    .argument('<image>', imageArgument)
    .option('--screen <file>', 'also write the screenshot (PNG) to a file')
    .action(async (id: string, _options: object, command: Command) =>
      (await import('./console.ts')).showConsole(id, command.optsWithGlobals()),
    );
  program
    .command('report')
    .description('print the report of an image as text, as a page (--html) or as JSON by the schema (--json)')
    .argument('<image>', imageArgument)
    .option('--html', 'write a self-contained page')
    .option('--run <n>', 'report of an earlier run', wholeNumber(1, 100_000))
    .option('-o, --output <file>', 'write it to a file')
    .action(async (id: string, _options: object, command: Command) =>
      (await import('./report.ts')).showReport(id, command.optsWithGlobals()),
    );
  program
    .command('sbom')
    .description('print the software bill of materials of an image: the packages inside (CycloneDX)')
    .argument('<image>', imageArgument)
    .option('-o, --output <file>', 'write it to a file')
    .action(async (id: string, _options: object, command: Command) =>
      (await import('./sbom.ts')).showSbom(id, command.optsWithGlobals()),
    );
  const provenance = program
    .command('provenance')
    .description('signed statements about how published images were made');
  provenance
    .command('show')
    .description('print the provenance of a published image (DSSE)')
    .argument('<image>', imageArgument)
    .option('-o, --output <file>', 'write it to a file')
    .action(async (id: string, _options: object, command: Command) =>
      (await import('./provenance.ts')).showProvenance(id, command.optsWithGlobals()),
    );
  provenance
    .command('keys')
    .description('print the public keys of the installation (PEM)')
    .action(async (_options: object, command: Command) =>
      (await import('./provenance.ts')).showKeys(command.optsWithGlobals()),
    );
  program
    .command('events')
    .description('list notifications from object stores and their outcome')
    .option('--limit <n>', 'maximum number', wholeNumber(1, 100_000), 50)
    .option('--unsettled', 'only pending notifications')
    .action(async (_options: object, command: Command) =>
      (await import('./inbox.ts')).listEvents(command.optsWithGlobals()),
    );
}
