import type { Argument, Command, Option } from 'commander';
import type { FlagOutline, Outline, ValueOutline, WordOutline } from './command-line/outline.js';
import { examplesOf } from './examples.js';

/** Reads the outline of a program from Commander. */
export function outlineOf(program: Command): Outline {
  const help = program.createHelp();
  const flagsOf = (command: Command) => help.visibleOptions(command).map(flagOf);
  return {
    name: program.name(),
    description: program.description(),
    version: program.version() ?? '',
    flags: flagsOf(program),
    commands: help.visibleCommands(program).map((command) => ({
      name: command.name(),
      description: command.description(),
      flags: flagsOf(command),
      words: command.registeredArguments.map((word) => wordOf(word, program)),
      examples: examplesOf(command),
    })),
  };
}

function flagOf({ short, long, description, flags, argChoices }: Option): FlagOutline {
  const names = [short, long].filter((name) => name !== undefined);
  const [, takes] = /[<[](.+)[>\]]/.exec(flags) ?? [];
  return { names, description, ...(takes ? { value: { takes, choices: argChoices ?? [] } } : {}) };
}

function wordOf(word: Argument, program: Command): WordOutline {
  const name = word.name();
  // A command's argument can't list the commands itself, since some are added after it.
  const choices = name === 'command' ? program.commands.map((command) => command.name()) : word.argChoices;
  const value: ValueOutline = { takes: name, choices: choices ?? [] };
  const all = word.variadic ? `${name}...` : name;
  return { term: word.required ? `<${all}>` : `[${all}]`, description: word.description, value };
}
