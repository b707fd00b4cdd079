import type { CommandOutline, FlagOutline, Outline, ValueOutline } from './outline.js';

/**
 * Generates the completion script for bash: commands, flags, values that can be listed, and files. The script
 * is self-contained and runs no program.
 */
export function bashCompletion({ name, flags, commands }: Outline): string {
  const helper = `_${name}`;
  return `# Completion of ${name} for bash, made by "${name} completion bash".
${helper}() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]} command='' word
  local IFS=$'\\n'
  # bash breaks --flag=value into three words.
  if [[ $current == '=' ]]; then current=''; fi
  if [[ $previous == '=' ]]; then previous=\${COMP_WORDS[COMP_CWORD-2]}; fi
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    if [[ $word != -* ]]; then command=$word; break; fi
  done
  COMPREPLY=()
  case "$command $previous" in
${commands.flatMap(valueCases).join('\n')}
  esac
  case "$command $current" in
${[...commands.map(flagCase), `    ' '-*) ${words(namesOf(flags))};;`].join('\n')}
${commands.flatMap(wordCase).join('\n')}
    ' '*) ${words(commands.map((command) => command.name))};;
  esac
}
complete -F ${helper} ${name}
`;
}

/** Completes only the value after a flag that takes one. */
const valueCases = ({ name, flags }: CommandOutline): string[] =>
  flags.flatMap(({ names, value }) =>
    value ? [`    ${names.map((flag) => `'${name} ${flag}'`).join('|')}) ${values(value)}; return;;`] : [],
  );

const flagCase = ({ name, flags }: CommandOutline): string => `    '${name} '-*) ${words(namesOf(flags))};;`;

const wordCase = ({ name, words: [word] }: CommandOutline): string[] =>
  word ? [`    '${name} '*) ${values(word.value)};;`] : [];

const namesOf = (flags: readonly FlagOutline[]) => flags.flatMap(({ names }) => names);

function values({ takes, choices }: ValueOutline): string {
  if (choices.length > 0) return words(choices);
  if (takes === 'file') return paths('-f');
  return takes === 'folder' ? paths('-d') : ':';
}

const words = (list: readonly string[]) => reply(`-W $'${list.join('\\n')}'`);

/**
 * Adds a slash to folders and escapes blanks. Errors are discarded, since older versions of bash lack this
 * option.
 */
const paths = (how: string) => `${reply(how)}; compopt -o filenames 2>/dev/null`;

const reply = (how: string) => `COMPREPLY=($(compgen ${how} -- "$current"))`;
