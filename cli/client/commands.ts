import { type Command, InvalidArgumentError, Option } from 'commander';

/** What talks to an installation by its API. Handlers are loaded when they are called. */
export const addClientCommands = (program: Command): void => {
  const options = <T>(command: Command): T => command.optsWithGlobals() as T;

  program
    .command('login')
    .description('keep the address of an installation and a key for it, read from standard input')
    .argument('<url>', 'of its API')
    .action(async (url: string, _options: object, command: Command) =>
      (await import('./login.ts')).login(url, options(command)),
    );
  program
    .command('whoami')
    .description('show whose key it is, and what holds for it')
    .action(async (_options: object, command: Command) => (await import('./login.ts')).whoAmI(options(command)));
  program
    .command('upload')
    .description('send a disk image and follow it until it is published; the same command again continues it')
    .argument('<file>')
    .requiredOption('--name <name>', 'what the image shall be called')
    .addOption(formatOption())
    .addOption(policyOption())
    .addOption(bootCheckOption())
    .option('--allow-iso', 'take an installation medium (ISO 9660) too')
    .option('--parallel <n>', 'parts that are sent at once, 1 to 16', wholeNumber(1, 16), 4)
    .option('--no-wait', 'end when it is sent')
    .option('--no-check', 'send it even if its header says that it will be refused')
    .action(async (file: string, _options: object, command: Command) =>
      (await import('./upload.ts')).upload(file, options(command)),
    );
  program
    .command('list')
    .description('list images, newest first')
    .option('--status <status>', 'queued, importing, active, killed, ...')
    .option('--name <name>', 'with exactly this name')
    .option('--limit <n>', 'at most so many', wholeNumber(1, 100_000), 50)
    .action(async (_options: object, command: Command) => (await import('./look.ts')).listImages(options(command)));
  program
    .command('show')
    .description('show an image: steps, checks and advice, where it is published')
    .argument('<id>', imageArgument)
    .action(async (id: string, _options: object, command: Command) =>
      (await import('./look.ts')).showImage(id, options(command)),
    );
  program
    .command('watch')
    .description('follow an image until its run has ended')
    .argument('<id>', imageArgument)
    .action(async (id: string, _options: object, command: Command) =>
      (await import('./look.ts')).watchImage(id, options(command)),
    );
  program
    .command('retry')
    .description('try an image again that was rejected, has failed or was cancelled')
    .argument('<id>', imageArgument)
    .addOption(formatOption())
    .addOption(policyOption())
    .addOption(bootCheckOption())
    .option('--allow-iso', 'take an installation medium (ISO 9660) too')
    .action(async (id: string, _options: object, command: Command) =>
      (await import('./change.ts')).retryImage(id, options(command)),
    );
  program
    .command('repair')
    .description('make a new image from one, mended by remedies; the one that is there stays as it is')
    .argument('<id>', imageArgument)
    .option('--remedy <name...>', 'what is to be done; by default what its report asks for')
    .option('--list', 'only show the remedies that there are for it')
    .option('--name <name>', 'what the new image shall be called')
    .addOption(formatOption())
    .addOption(policyOption())
    .addOption(bootCheckOption())
    .action(async (id: string, _options: object, command: Command) =>
      (await import('./repair.ts')).repairImage(id, options(command)),
    );
  program
    .command('console')
    .description('show what the console said when the image was started for its boot check')
    .argument('<id>', imageArgument)
    .option('--screen <file>', 'write the picture of its screen (PNG) to a file too')
    .action(async (id: string, _options: object, command: Command) =>
      (await import('./console.ts')).showConsole(id, options(command)),
    );
  program
    .command('cancel')
    .description('stop the run, or the repair, of an image')
    .argument('<id>', imageArgument)
    .action(async (id: string, _options: object, command: Command) =>
      (await import('./change.ts')).cancelImage(id, options(command)),
    );
  program
    .command('rename')
    .description('give an image another name')
    .argument('<id>', imageArgument)
    .argument('<name>')
    .action(async (id: string, name: string, _options: object, command: Command) =>
      (await import('./change.ts')).renameImage(id, name, options(command)),
    );
  program
    .command('delete')
    .description('delete an image and its objects')
    .argument('<id>', imageArgument)
    .option('-y, --yes', 'do not ask')
    .action(async (id: string, _options: object, command: Command) =>
      (await import('./change.ts')).deleteImage(id, options(command)),
    );
  program
    .command('download')
    .description('fetch a published image; the same command again continues it')
    .argument('<id>', imageArgument)
    .option('-o, --output <file>', 'file or folder; by default here, by the name of the image')
    .option('--force', 'replace a file that is there')
    .action(async (id: string, _options: object, command: Command) =>
      (await import('./download.ts')).download(id, options(command)),
    );
  program
    .command('report')
    .description('print the report of an image as text, as a page (--html) or as the schema describes it (--json)')
    .argument('<id>', imageArgument)
    .option('--html', 'a page of its own, to be mailed or kept')
    .option('--run <n>', 'of an earlier run', wholeNumber(1, 100_000))
    .option('-o, --output <file>', 'write it to a file')
    .action(async (id: string, _options: object, command: Command) =>
      (await import('./report.ts')).showReport(id, options(command)),
    );
  program
    .command('sbom')
    .description('print the software bill of materials of an image: the packages inside (CycloneDX)')
    .argument('<id>', imageArgument)
    .option('-o, --output <file>', 'write it to a file')
    .action(async (id: string, _options: object, command: Command) =>
      (await import('./sbom.ts')).showSbom(id, options(command)),
    );
  const provenance = program.command('provenance').description('signed statements of how published images came to be');
  provenance
    .command('show')
    .description('print the provenance of a published image (DSSE)')
    .argument('<id>', imageArgument)
    .option('-o, --output <file>', 'write it to a file')
    .action(async (id: string, _options: object, command: Command) =>
      (await import('./provenance.ts')).showProvenance(id, options(command)),
    );
  provenance
    .command('keys')
    .description('print the public keys of the installation (PEM)')
    .action(async (_options: object, command: Command) => (await import('./provenance.ts')).showKeys(options(command)));
  program
    .command('events')
    .description('list what stores have announced, and what became of it')
    .option('--limit <n>', 'at most so many', wholeNumber(1, 100_000), 50)
    .action(async (_options: object, command: Command) => (await import('./inbox.ts')).listEvents(options(command)));

  const webhook = program.command('webhook').description('be told when images are published, rejected or have failed');
  webhook
    .command('create')
    .description('register a URL and print the secret for its signatures, once')
    .argument('<url>')
    .action(async (url: string, _options: object, command: Command) =>
      (await import('./webhooks.ts')).createWebhook(url, options(command)),
    );
  webhook
    .command('list')
    .description('list webhooks')
    .action(async (_options: object, command: Command) =>
      (await import('./webhooks.ts')).listWebhooks(options(command)),
    );
  webhook
    .command('delete')
    .description('delete a webhook')
    .argument('<id>')
    .action(async (id: string, _options: object, command: Command) =>
      (await import('./webhooks.ts')).deleteWebhook(id, options(command)),
    );
};

const imageArgument = 'id, the beginning of one, or name';

const formatOption = (): Option =>
  new Option('--format <format>', 'of the published image').choices(['raw', 'qcow2', 'keep']);
const policyOption = (): Option =>
  new Option('--policy <policy>', 'what a failed check of the system inside does').choices(['enforce', 'warn']);

const bootCheckOption = (): Option =>
  new Option('--boot-check <policy>', 'whether it is started, and what it does when it does not come up').choices([
    'off',
    'warn',
    'require',
  ]);

const wholeNumber =
  (least: number, most: number) =>
  (text: string): number => {
    const value = Number(text);
    if (Number.isInteger(value) && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`Give a whole number from ${least} to ${most}.`);
  };
