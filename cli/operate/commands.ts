import type { Command } from 'commander';
import { type ProcessRole, processRoles } from '../../shared/process-roles.ts';
import { addVerifyCommand } from './verify-command.ts';

/** What runs an installation, on its own hosts and with its environment (shared/config.ts). */
export const addOperateCommands = (program: Command): void => {
  program
    .command('api')
    .description('serve the HTTP API until stopped')
    .action(async () => (await import('./serve.ts')).serveApi());
  program
    .command('worker')
    .description('work on images and queues until stopped')
    .option('--steps', 'only the steps of runs (Temporal)')
    .option('--queues', 'only intake, notifications and housekeeping (BullMQ)')
    .action(async (options: { steps?: boolean; queues?: boolean }) =>
      (await import('./serve.ts')).serveWorker(options),
    );
  program
    .command('migrate')
    .description('bring the database to the newest schema and register the search attributes of Temporal')
    .option(
      '--login <role=file...>',
      'make the login that the DATABASE_URL in this file names, for api, worker or queues',
    )
    .action(async (options: { login?: string[] }) => (await import('./migrate.ts')).migrate(options));
  program
    .command('check')
    .description('admit, convert and inspect a local image file as a worker does; needs no server')
    .argument('<file>')
    .addOption(program.createOption('--format <format>', 'what it shall become').choices(['raw', 'qcow2', 'keep']))
    .addOption(program.createOption('--policy <policy>', 'which findings reject').choices(['enforce', 'warn']))
    .option('--allow-iso', 'let ISO 9660 images through')
    .option('--keep-output <path>', 'keep the converted image there')
    .option('--sbom <file>', 'write a software bill of materials there (CycloneDX)')
    .addOption(program.createOption('--lang <language>', 'of the findings').choices(['en', 'de']).default('en'))
    .action(async (file: string, _options: object, command: Command) =>
      (await import('./check.ts')).check(file, command.optsWithGlobals()),
    );
  addVerifyCommand(program);
  program
    .command('signing-key')
    .description('make a key that signs the provenance of images, and print its public half')
    .argument('<file>', 'to be named in PROVENANCE_KEY_FILE')
    .action(async (file: string) => (await import('./signing-key.ts')).createSigningKey(file));
  program
    .command('secrets')
    .description('manage the secrets in the database')
    .command('rotate')
    .description('seal all of them again with the newest key of SECRETS_KEY')
    .action(async (_options: object, command: Command) =>
      (await import('./secrets.ts')).rotateSecrets(command.optsWithGlobals()),
    );
  program
    .command('doctor')
    .description('check every dependency of this installation, and tell what to do about what is wrong')
    .option('--only <dependencies>', 'some of them, with commas between')
    .addOption(
      program
        .createOption('--role <role>', 'whose environment this is, where each kind of process has a key of its own')
        .choices(processRoles),
    )
    .action(async (_options: object, command: Command) =>
      (await import('./doctor.ts')).doctor(command.optsWithGlobals()),
    );
  program
    .command('database')
    .description("manage this installation's users of Postgres")
    .command('grant')
    .description('let a user of Postgres work as one kind of process, with the rights of that only')
    .argument('<user>')
    .addOption(
      program.createOption('--role <role>', 'what its processes are').choices(processRoles).makeOptionMandatory(),
    )
    .action(async (user: string, { role }: { role: ProcessRole }) =>
      (await import('./database.ts')).grantDatabaseRole(user, role),
    );
  program
    .command('policy')
    .description('print the policy for the S3 user of one kind of process')
    .addOption(program.createOption('--for <store>', 'whose policy').choices(['aws', 'minio', 'ceph']).default('aws'))
    .option('--role <role>', 'AWS and MinIO: api, worker or queues')
    .option('--bucket <bucket>', 'Ceph: uploads or images')
    .option('--user <role=name...>', 'Ceph: who the processes are')
    .action(async (options: Parameters<typeof import('./policy.ts').printPolicy>[0]) =>
      (await import('./policy.ts')).printPolicy(options),
    );
  program
    .command('store-users')
    .description('make the users of the processes at versitygw, each with the rights that it needs')
    .requiredOption('--key <role=file...>', 'what api, worker and queues will have as S3_SECRET_KEY')
    .action(async (options: { key: string[] }) => (await import('./store-users.ts')).makeUsersOfStore(options));
  const project = program.command('project').description('manage projects');
  project
    .command('create')
    .description('create a project; harmless when it is there')
    .argument('<name>')
    .option('--key-prefix <prefix>', 'what plain S3 clients own in the uploads bucket; "NAME/" by default')
    .option('--policy <policy>', 'enforce or warn; the installation decides by default')
    .option('--quota <size>', 'what its images may take, e.g. 500G; the installation decides by default')
    .action(async (name: string, _options: object, command: Command) =>
      (await import('./projects.ts')).createProject(name, command.optsWithGlobals()),
    );
  project
    .command('quota')
    .description('what a project may hold and what it holds; with options, change that')
    .argument('<name>')
    .option(
      '--bytes <size>',
      'what its images and uploads may take, e.g. 500G; "default" is as the installation has it',
    )
    .option('--count <images>', 'images, or "default"')
    .option('--uploads <uploads>', 'uploads at a time, or "default"')
    .action(async (name: string, _options: object, command: Command) =>
      (await import('./projects.ts')).projectQuota(name, command.optsWithGlobals()),
    );
  project
    .command('list')
    .description('list projects')
    .action(async (_options: object, command: Command) =>
      (await import('./projects.ts')).listProjects(command.optsWithGlobals()),
    );
  project
    .command('targets')
    .description('choose where published images of a project go further')
    .argument('<project>')
    .argument('[target...]', 'as they are named in TARGETS')
    .option('--none', 'nowhere')
    .option('--default', 'where the installation says (DELIVER_TO)')
    .action(async (id: string, names: string[], _options: object, command: Command) =>
      (await import('./projects.ts')).chooseTargets(id, names, command.optsWithGlobals()),
    );
  const key = program.command('key').description('manage API keys');
  key
    .command('create')
    .description('create an API key and print it, once')
    .requiredOption('--project <project>')
    .requiredOption('--name <name>', 'for you, to tell keys apart')
    .option('--role <role>', 'reader, member or admin', 'member')
    .option('--expires-days <days>')
    .action(async (_options: object, command: Command) =>
      (await import('./keys.ts')).createKey(command.optsWithGlobals()),
    );
  key
    .command('revoke')
    .description('make an API key invalid at once')
    .argument('<id>')
    .action(async (id: string) => (await import('./keys.ts')).revokeKey(id));
  key
    .command('list')
    .description('list API keys with their last use; never the keys themselves')
    .option('--project <project>', 'of one project')
    .option('--all', 'also those that were revoked or have expired')
    .action(async (_options: object, command: Command) =>
      (await import('./keys.ts')).listKeys(command.optsWithGlobals()),
    );
  key
    .command('rotate')
    .description('make a new key with the same rights and print it; the old one ends after the overlap')
    .argument('<id>')
    .option('--overlap <time>', 'how long the old key goes on, e.g. 30m, 24h, 7d', '24h')
    .action(async (id: string, _options: object, command: Command) =>
      (await import('./keys.ts')).rotateKey(id, command.optsWithGlobals()),
    );
  const audit = program.command('audit').description('check that nobody changed the audit log');
  audit
    .command('verify')
    .description('walk the chain of the audit log, and tell the first entry that was changed, removed or inserted')
    .option('--head <head>', 'what "audit head" printed before: shows also whether newer entries were cut off')
    .action(async (_options: object, command: Command) =>
      (await import('./audit.ts')).verifyAudit(command.optsWithGlobals()),
    );
  audit
    .command('head')
    .description('print the newest entry and its hash, to be kept elsewhere')
    .action(async (_options: object, command: Command) =>
      (await import('./audit.ts')).auditHead(command.optsWithGlobals()),
    );
};
