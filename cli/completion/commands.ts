import { Argument, type Command } from 'commander';

/** Tab for bash, zsh and fish: a script that asks `complete`, which nobody else needs. */
export function addCompletionCommands(program: Command): void {
  program
    .command('completion')
    .description('print the shell completion script for commands, options and images')
    .addArgument(new Argument('<shell>').choices(['bash', 'zsh', 'fish']))
    .action(async (shell: 'bash' | 'zsh' | 'fish') => {
      process.stdout.write((await import('./scripts.ts')).scripts[shell]);
    });
  program
    .command('complete', { hidden: true })
    .argument('[words...]', 'words of the command line; the last one is being typed')
    .action(async (words: string[]) => (await import('./complete.ts')).complete(program, words));
}
