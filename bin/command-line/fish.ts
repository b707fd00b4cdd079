import type { CommandOutline, FlagOutline, Outline, ValueOutline } from './outline.js';

/**
 * Generates the completion script for fish, with a description for each command and flag. The script is
 * self-contained and runs no program.
 */
export function fishCompletion({ name, flags, commands }: Outline): string {
  const complete = (when: string, ...what: string[]) =>
    ['complete', '-c', name, '-n', quote(when), ...what].join(' ');
  const lines = [
    `complete -c ${name} -f`,
    ...flags.map((flag) => complete('__fish_use_subcommand', ...flagWords(flag))),
    ...commands.map((command) =>
      complete('__fish_use_subcommand', '-a', quote(command.name), '-d', quote(command.description)),
    ),
    ...commands.flatMap((command) => {
      const when = `__fish_seen_subcommand_from ${command.name}`;
      return [...command.flags.map(flagWords), ...argumentWords(command)].map((words) =>
        complete(when, ...words),
      );
    }),
  ];
  return `# Completion of ${name} for fish, made by "${name} completion fish".\n${lines.join('\n')}\n`;
}

function flagWords({ names, description, value }: FlagOutline): string[] {
  const called = names.map((flag) => (flag.startsWith('--') ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`));
  // -x: takes a value, and no files.
  return [...called, ...(value ? ['-x', ...values(value)] : []), '-d', quote(description)];
}

const argumentWords = ({ words: [word] }: CommandOutline): string[][] => {
  const offered = word ? values(word.value) : [];
  return offered.length > 0 ? [offered] : [];
};

function values({ takes, choices }: ValueOutline): string[] {
  if (choices.length > 0) return ['-a', quote(choices.join(' '))];
  if (takes === 'file') return ['-a', quote('(__fish_complete_path)')];
  return takes === 'folder' ? ['-a', quote('(__fish_complete_directories)')] : [];
}

const quote = (text: string) => `'${text.replace(/[\\']/g, '\\$&')}'`;
