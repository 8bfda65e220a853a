import type { Command, Option } from 'commander';

/** Candidates for the word at the cursor: known words, or a list that must be fetched. */
export type Candidate = { value: string; description: string };
export type Wanted = { kind: 'words'; words: Candidate[] } | { kind: 'image' | 'shared-image' | 'file' | 'nothing' };

/** By the definitions of the commands themselves, so that no list has to be kept beside them. @param words the last one is being typed */
export function findWanted(program: Command, words: readonly string[]): Wanted {
  const current = words.at(-1) ?? '';
  let command = program;
  let positionals = 0;
  let open: Option | undefined;
  let onlyOperands = false;
  for (const word of words.slice(0, -1)) {
    if (open) open = undefined;
    else if (word === '--') onlyOperands = true;
    else if (!onlyOperands && word.startsWith('-'))
      open = keepIfValued(readOptions(command).find(({ long, short }) => long === word || short === word));
    else {
      const next = positionals === 0 ? command.commands.find((each) => each.name() === word) : undefined;
      if (next) command = next;
      else positionals++;
    }
  }
  if (open) return ofOption(open);
  if (!onlyOperands && current.startsWith('-')) {
    return {
      kind: 'words',
      words: readOptions(command).flatMap(({ long, description }) => (long ? [{ value: long, description }] : [])),
    };
  }
  if (command.commands.length > 0) {
    const visible = command.createHelp().visibleCommands(command);
    return { kind: 'words', words: visible.map((each) => ({ value: each.name(), description: each.description() })) };
  }
  return ofArgument(command, positionals);
}

/** Options of the parent commands count too. `--help` is not in commander's lists. */
function readOptions(command: Command): Option[] {
  const all: Option[] = [];
  for (let each: Command | null = command; each; each = each.parent) all.push(...each.options);
  return [
    ...all,
    ...command
      .createHelp()
      .visibleOptions(command)
      .filter(({ long }) => long === '--help'),
  ];
}

function keepIfValued(option: Option | undefined): Option | undefined {
  return option?.required || option?.optional ? option : undefined;
}

function ofOption(option: Option): Wanted {
  if (option.argChoices) return offerValues(option.argChoices);
  return { kind: /<(file|folder)>/.test(option.flags) ? 'file' : 'nothing' };
}

function ofArgument({ registeredArguments: all }: Command, position: number): Wanted {
  const last = all.at(-1);
  const argument = all[position] ?? (last?.variadic ? last : undefined);
  if (!argument) return { kind: 'nothing' };
  if (argument.argChoices) return offerValues(argument.argChoices);
  const name = argument.name();
  return { kind: name === 'image' || name === 'shared-image' || name === 'file' ? name : 'nothing' };
}

function offerValues(values: readonly string[]): Wanted {
  return {
    kind: 'words',
    words: values.map((value) => ({ value, description: '' })),
  };
}
