import { type Command, InvalidArgumentError, Option } from 'commander';

/** What talks to an installation by its API. Handlers are loaded when they are called. */
export const addClientCommands = (program: Command): void => {
  const options = <T>(command: Command): T => command.optsWithGlobals() as T;

  program
    .command('login')
    .description('log in to an installation: in a browser where it has an issuer, or by an API key')
    .argument('<url>', 'of its API')
    .option('--device', 'sign in at its issuer, in a browser on this or another device (at a terminal by default)')
    .option('--key', 'read an API key from standard input (where there is no terminal or no issuer by default)')
    .action(async (url: string, _options: object, command: Command) =>
      (await import('./login.ts')).login(url, options(command)),
    );
  program
    .command('logout')
    .description('forget who is logged in on this machine; a sign-in ends at the issuer too')
    .action(async (_options: object, command: Command) => (await import('./login.ts')).logout(options(command)));
  program
    .command('whoami')
    .description('show whose key it is, and what holds for it')
    .action(async (_options: object, command: Command) => (await import('./login.ts')).whoAmI(options(command)));
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
      (await import('./upload.ts')).upload(files, options(command)),
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
      (await import('./import.ts')).importImage(url, options(command)),
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
      (await import('./snapshot.ts')).importSnapshot(source, options(command)),
    );
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
    .action(async (_options: object, command: Command) => (await import('./look.ts')).listImages(options(command)));
  program
    .command('show')
    .description('show an image: steps, checks and advice, where it is published')
    .argument('<image>', imageArgument)
    .action(async (id: string, _options: object, command: Command) =>
      (await import('./look.ts')).showImage(id, options(command)),
    );
  program
    .command('watch')
    .description('follow an image until its run has ended')
    .argument('<image>', imageArgument)
    .action(async (id: string, _options: object, command: Command) =>
      (await import('./look.ts')).watchImage(id, options(command)),
    );
  program
    .command('retry')
    .description('try an image again that was rejected, has failed or was cancelled')
    .argument('<image>', imageArgument)
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
    .argument('<image>', imageArgument)
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
    .command('deliver')
    .description('send a published image to a target of the operator, for the first time or once more')
    .argument('<id>', imageArgument)
    .requiredOption('--target <name>', 'as the operator has named it')
    .action(async (id: string, _options: object, command: Command) =>
      (await import('./deliver.ts')).deliverImage(id, options(command)),
    );
  program
    .command('console')
    .description('show what the console said when the image was started for its boot check')
    .argument('<image>', imageArgument)
    .option('--screen <file>', 'write the picture of its screen (PNG) to a file too')
    .action(async (id: string, _options: object, command: Command) =>
      (await import('./console.ts')).showConsole(id, options(command)),
    );
  program
    .command('cancel')
    .description('stop the run, the repair, the download or a delivery of an image')
    .argument('<image>', imageArgument)
    .option('--target <name>', 'its delivery there, and clear away what is half there')
    .action(async (id: string, _options: object, command: Command) =>
      (await import('./change.ts')).cancelImage(id, options(command)),
    );
  program
    .command('rename')
    .description('give an image another name')
    .argument('<image>', imageArgument)
    .argument('<name>')
    .action(async (id: string, name: string, _options: object, command: Command) =>
      (await import('./change.ts')).renameImage(id, name, options(command)),
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
      (await import('./set.ts')).setImage(id, options(command)),
    );
  program
    .command('share')
    .description('share an image with another project, which may then take it')
    .argument('<image>', imageArgument)
    .argument('<project>')
    .action(async (id: string, project: string, _options: object, command: Command) =>
      (await import('./share.ts')).shareImage(id, project, options(command)),
    );
  program
    .command('unshare')
    .description('share an image with a project no longer')
    .argument('<image>', imageArgument)
    .argument('<project>')
    .action(async (id: string, project: string, _options: object, command: Command) =>
      (await import('./share.ts')).unshareImage(id, project, options(command)),
    );
  program
    .command('members')
    .description('list the projects that an image is shared with')
    .argument('<image>', imageArgument)
    .action(async (id: string, _options: object, command: Command) =>
      (await import('./share.ts')).listMembers(id, options(command)),
    );
  for (const [name, status, what] of [
    ['accept', 'accepted', 'take an image that another project shares with yours'],
    ['reject', 'rejected', 'do not take an image that another project shares with yours'],
  ] as const) {
    program
      .command(name)
      .description(what)
      .argument('<shared-image>', imageArgument)
      .action(async (id: string, _options: object, command: Command) =>
        (await import('./share.ts')).answerShare(id, status, options(command)),
      );
  }
  program
    .command('delete')
    .description('delete an image and its objects')
    .argument('<image>', imageArgument)
    .option('-y, --yes', 'do not ask')
    .action(async (id: string, _options: object, command: Command) =>
      (await import('./change.ts')).deleteImage(id, options(command)),
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
      (await import('./download.ts')).download(id, options(command)),
    );
  program
    .command('report')
    .description('print the report of an image as text, as a page (--html) or as the schema describes it (--json)')
    .argument('<image>', imageArgument)
    .option('--html', 'a page of its own, to be mailed or kept')
    .option('--run <n>', 'of an earlier run', wholeNumber(1, 100_000))
    .option('-o, --output <file>', 'write it to a file')
    .action(async (id: string, _options: object, command: Command) =>
      (await import('./report.ts')).showReport(id, options(command)),
    );
  program
    .command('sbom')
    .description('print the software bill of materials of an image: the packages inside (CycloneDX)')
    .argument('<image>', imageArgument)
    .option('-o, --output <file>', 'write it to a file')
    .action(async (id: string, _options: object, command: Command) =>
      (await import('./sbom.ts')).showSbom(id, options(command)),
    );
  const provenance = program.command('provenance').description('signed statements of how published images came to be');
  provenance
    .command('show')
    .description('print the provenance of a published image (DSSE)')
    .argument('<image>', imageArgument)
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
    .option('--unsettled', 'only what nobody has settled yet')
    .action(async (_options: object, command: Command) => (await import('./inbox.ts')).listEvents(options(command)));

  program
    .command('promote')
    .description('make a published image the platform image of a family, for everyone (administrators)')
    .argument('<id>', imageArgument)
    .requiredOption('--family <family>', 'what it is one of, e.g. debian-12; the one before is hidden')
    .action(async (id: string, _options: object, command: Command) =>
      (await import('./platform.ts')).promoteImage(id, options(command)),
    );
  program
    .command('families')
    .description('list the platform images: the newest of each family')
    .action(async (_options: object, command: Command) =>
      (await import('./platform.ts')).listFamilies(options(command)),
    );
  const source = program.command('source').description('where platform images are fetched from (administrators)');
  source
    .command('set')
    .description('fetch the images of a family from a URL, now and whenever their checksum changes')
    .argument('<family>')
    .requiredOption('--url <url>', 'of the image')
    .option('--checksum-url <url>', 'of the file that holds its checksum: SHA256SUMS, SHA512SUMS, ...')
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
      (await import('./platform.ts')).setSource(family, options(command)),
    );
  source
    .command('list')
    .description('list the sources, and what came of them')
    .action(async (_options: object, command: Command) =>
      (await import('./platform.ts')).listSources(options(command)),
    );
  source
    .command('refresh')
    .description('look at a source now; what came to nothing is fetched again')
    .argument('<family>')
    .action(async (family: string, _options: object, command: Command) =>
      (await import('./platform.ts')).refreshSource(family, options(command)),
    );
  source
    .command('delete')
    .description('fetch no more; the images stay')
    .argument('<family>')
    .action(async (family: string, _options: object, command: Command) =>
      (await import('./platform.ts')).deleteSource(family, options(command)),
    );

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
  for (const command of program.commands) withProject(command);
};

/** Each command by itself: on the command line of operators there are options of this name with another meaning. */
const withProject = (command: Command): void => {
  for (const each of command.commands) withProject(each);
  if (command.commands.length > 0) return;
  command
    .option('--project <project>', 'in which a user of an issuer acts who has several; or BOOTREADY_PROJECT')
    .hook('preAction', () => {
      const { project } = command.opts<{ project?: string }>();
      if (project !== undefined) process.env.BOOTREADY_PROJECT = project;
    });
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

const bandwidthOption = (): Option =>
  new Option('--bwlimit <rate>', 'bytes a second at most, e.g. 500K or 10M').argParser(rate);

const timeoutOption = (): Option =>
  new Option('--timeout <seconds>', 'give up a connection on which nothing moves for so long, and make another one')
    .argParser(wholeNumber(2, 3600))
    .default(60);

const least = 16 * 1024;
const rate = (text: string): number => {
  const [, digits, unit = ''] = /^(\d+(?:\.\d+)?)([KMG]?)(?:i?B)?$/i.exec(text.trim()) ?? [];
  const value = Math.floor(Number(digits) * 1024 ** ['', 'K', 'M', 'G'].indexOf(unit.toUpperCase()));
  if (value >= least) return value;
  throw new InvalidArgumentError('Give bytes a second with K, M or G for their multiples, 16K at least.');
};

/** Not variadic, which would take the image for one more. */
const collected = (value: string, before: string[] = []): string[] => [...before, value];

const wholeNumber =
  (least: number, most: number) =>
  (text: string): number => {
    const value = Number(text);
    if (Number.isInteger(value) && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`Give a whole number from ${least} to ${most}.`);
  };
