import type { Command } from 'commander';

/** For operators and for everyone who has an image. */
export function addVerifyCommand(program: Command): void {
  program
    .command('verify')
    .description('check a downloaded image against its signed provenance; needs no server')
    .argument('<file>')
    .requiredOption('--provenance <file>', 'of "bootready provenance show IMAGE"')
    .requiredOption('--key <file>', 'public keys of the installation, of "bootready provenance keys"')
    .action(async (file: string, _options: object, command: Command) =>
      (await import('./verify.ts')).verifyFile(file, command.optsWithGlobals()),
    );
}
