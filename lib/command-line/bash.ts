import type { CommandOutline, FlagOutline, Outline, ValueOutline } from './outline.js';

/**
 * A script that completes a command line in bash: commands, flags, values that can be counted, and files.
 * It asks nobody: what it knows is in it.
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

/** What may follow a flag that takes a value: nothing but that. */
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

/** A folder gets a slash, and blanks their backslashes; old bashes can't be told. */
const paths = (how: string) => `${reply(how)}; compopt -o filenames 2>/dev/null`;

const reply = (how: string) => `COMPREPLY=($(compgen ${how} -- "$current"))`;
