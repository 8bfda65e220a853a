import type { Command } from 'commander';
import { type ProcessRole, processRoles } from '../../shared/operation/process-roles.ts';
import { addVerifyCommand } from './verify-command.ts';

/** Commands for the operators of an installation, on its own hosts and with its environment (shared/config.ts). */
export function addOperateCommands(program: Command): void {
  program
    .command('check')
    .description('admit, convert and inspect a local image file as a worker does; needs no server')
    .argument('<file>')
    .addOption(program.createOption('--format <format>', 'output format').choices(['raw', 'qcow2', 'keep']))
    .addOption(
      program.createOption('--policy <policy>', 'policy: which findings reject the image').choices(['enforce', 'warn']),
    )
    .option('--allow-iso', 'accept ISO 9660 images')
    .option('--keep-output <path>', 'write the converted image there')
    .option('--sbom <file>', 'write a software bill of materials there (CycloneDX)')
    .addOption(
      program.createOption('--lang <language>', 'language of the findings').choices(['en', 'de']).default('en'),
    )
    .action(async (file: string, _options: object, command: Command) =>
      (await import('./check.ts')).check(file, command.optsWithGlobals()),
    );
  addVerifyCommand(program);
  program
    .command('signing-key')
    .description('create a key that signs the provenance of images, and print its public half')
    .argument('<file>', 'file for the key, for PROVENANCE_KEY_FILE')
    .action(async (file: string) => (await import('./signing-key.ts')).createSigningKey(file));
  program
    .command('secrets')
    .description('manage the secrets in the database')
    .command('rotate')
    .description('encrypt all of them again with the newest key of SECRETS_KEY')
    .action(async (_options: object, command: Command) =>
      (await import('./secrets.ts')).rotateSecrets(command.optsWithGlobals()),
    );
  program
    .command('doctor')
    .description('check every dependency of this installation and show how to fix problems')
    .option('--only <dependencies>', 'only these dependencies, separated by commas')
    .addOption(
      program
        .createOption('--role <role>', 'kind of process whose environment this is, if each kind has its own key')
        .choices(processRoles),
    )
    .action(async (_options: object, command: Command) =>
      (await import('./doctor.ts')).doctor(command.optsWithGlobals()),
    );
  program
    .command('database')
    .description("manage this installation's users of Postgres")
    .command('grant')
    .description('give a Postgres user only the rights of one kind of process')
    .argument('<user>')
    .addOption(program.createOption('--role <role>', 'kind of process').choices(processRoles).makeOptionMandatory())
    .action(async (user: string, { role }: { role: ProcessRole }) =>
      (await import('./database.ts')).grantDatabaseRole(user, role),
    );
  program
    .command('policy')
    .description('print the policy for the S3 user of one kind of process')
    .addOption(program.createOption('--for <store>', 'whose policy').choices(['aws', 'minio', 'ceph']).default('aws'))
    .option('--role <role>', 'AWS and MinIO: api, worker or queues')
    .option('--bucket <bucket>', 'Ceph: uploads or images')
    .option('--user <role=name...>', 'Ceph: users of the processes')
    .action(async (options: Parameters<typeof import('./policy.ts').printPolicy>[0]) =>
      (await import('./policy.ts')).printPolicy(options),
    );
  program
    .command('store-users')
    .description('create the users of the processes in versitygw, each with only the rights it needs')
    .requiredOption('--key <role=file...>', 'future S3_SECRET_KEY of api, worker and queues')
    .option(
      '--origin <url...>',
      'address of the portal, so that its pages can upload (CORS rule of the uploads bucket)',
    )
    .action(async (options: { key: string[]; origin?: string[] }) =>
      (await import('./store-users.ts')).makeUsersOfStore(options),
    );
  program
    .command('store')
    .description("look after this installation's objects")
    .command('check')
    .description('compare the records of published images with the objects in the store; changes nothing')
    .option('--read', 'also read every object and compare its SHA-256')
    .action(async (_options: object, command: Command) =>
      (await import('./store-check.ts')).checkStore(command.optsWithGlobals()),
    );
  const project = program.command('project').description('manage projects');
  project
    .command('create')
    .description('create a project; does nothing if it exists')
    .argument('<name>')
    .option('--key-prefix <prefix>', 'folder for plain S3 clients in the uploads bucket (default: "NAME/")')
    .option('--policy <policy>', 'enforce or warn (default: as the installation)')
    .option('--quota <size>', 'storage limit for its images, e.g. 500G (default: as the installation)')
    .action(async (name: string, _options: object, command: Command) =>
      (await import('./projects.ts')).createProject(name, command.optsWithGlobals()),
    );
  project
    .command('quota')
    .description('show the quota of a project and its use; with options, change the quota')
    .argument('<name>')
    .option(
      '--bytes <size>',
      'storage limit for images and uploads, e.g. 500G; "default" for the limit of the installation',
    )
    .option('--count <images>', 'maximum number of images, or "default"')
    .option('--uploads <uploads>', 'maximum number of concurrent uploads, or "default"')
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
    .description('choose the delivery targets for published images of a project')
    .argument('<project>')
    .argument('[target...]', 'names from TARGETS')
    .option('--none', 'nowhere')
    .option('--default', 'use the targets of the installation (DELIVER_TO)')
    .action(async (id: string, names: string[], _options: object, command: Command) =>
      (await import('./projects.ts')).chooseTargets(id, names, command.optsWithGlobals()),
    );
  const key = program.command('key').description('manage API keys');
  key
    .command('create')
    .description('create an API key and print it, once')
    .requiredOption('--project <project>')
    .requiredOption('--name <name>', 'label, to tell keys apart')
    .option('--role <role>', 'reader, member or admin', 'member')
    .option('--expires-days <days>')
    .action(async (_options: object, command: Command) =>
      (await import('./keys.ts')).createKey(command.optsWithGlobals()),
    );
  key
    .command('revoke')
    .description('revoke an API key immediately')
    .argument('<id>')
    .action(async (id: string) => (await import('./keys.ts')).revokeKey(id));
  key
    .command('list')
    .description('list API keys with their last use (never the keys themselves)')
    .option('--project <project>', 'keys of this project')
    .option('--all', 'include revoked and expired keys')
    .action(async (_options: object, command: Command) =>
      (await import('./keys.ts')).listKeys(command.optsWithGlobals()),
    );
  key
    .command('rotate')
    .description('create a new key with the same rights and print it; the old one expires after the overlap')
    .argument('<id>')
    .option('--overlap <time>', 'how long the old key stays valid, e.g. 30m, 24h, 7d', '24h')
    .action(async (id: string, _options: object, command: Command) =>
      (await import('./keys.ts')).rotateKey(id, command.optsWithGlobals()),
    );
  const audit = program.command('audit').description('check that nobody changed the audit log');
  audit
    .command('verify')
    .description('check the chain of the audit log and report the first entry that was changed, removed or inserted')
    .option('--head <head>', 'earlier output of "audit head"; also detects removed newer entries')
    .action(async (_options: object, command: Command) =>
      (await import('./audit.ts')).verifyAudit(command.optsWithGlobals()),
    );
  audit
    .command('head')
    .description('print the newest entry and its hash, to store elsewhere')
    .action(async (_options: object, command: Command) =>
      (await import('./audit.ts')).auditHead(command.optsWithGlobals()),
    );
}

/** The processes that always run, and those that run before them: service managers and containers start these. */
export function addProcessCommands(program: Command): void {
  program
    .command('api')
    .description('serve the HTTP API until stopped')
    .action(async () => (await import('./serve.ts')).serveApi());
  program
    .command('worker')
    .description('process images and queues until stopped')
    .option('--steps', 'only the steps of runs (Temporal)')
    .option('--queues', 'only intake, notifications and housekeeping (BullMQ)')
    .action(async (options: { steps?: boolean; queues?: boolean }) =>
      (await import('./serve.ts')).serveWorker(options),
    );
  program
    .command('migrate')
    .description('update the database schema and register the search attributes of Temporal')
    .option('--login <role=file...>', 'create the login in the DATABASE_URL of this file, for api, worker or queues')
    .action(async (options: { login?: string[] }) => (await import('./migrate.ts')).migrate(options));
}
