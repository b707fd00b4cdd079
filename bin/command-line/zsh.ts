import type { CommandOutline, FlagOutline, Outline, ValueOutline, WordOutline } from './outline.js';

/**
 * Generates the completion script for zsh, with a description for each command and flag. The script is
 * self-contained and runs no program.
 */
export function zshCompletion({ name, flags, commands }: Outline): string {
  const helper = `_${name}`;
  return `#compdef ${name}
# Completion of ${name} for zsh, made by "${name} completion zsh".
${helper}() {
  local curcontext=$curcontext state line
  typeset -A opt_args
  local -a commands=(
${commands.map((command) => `    ${quote(`${command.name}:${command.description}`)}`).join('\n')}
  )
  _arguments -C ${[...flags.map(flagSpec), "'1: :->command'", "'*:: :->rest'"].join(' ')}
  case $state in
    command) _describe command commands;;
    rest)
      case $words[1] in
${commands.map(commandCase).join('\n')}
      esac;;
  esac
}
if [[ $funcstack[1] == ${helper} ]]; then ${helper} "$@"; else compdef ${helper} ${name}; fi
`;
}

function commandCase({ name, flags, words }: CommandOutline): string {
  const specs = [...flags.map(flagSpec), ...words.map(wordSpec)];
  return `        ${name}) _arguments ${specs.join(' \\\n          ')};;`;
}

/** Formats a flag: `'(-h --help)'{-h,--help}'[print this help]'`, or `'--port=[TCP port]:number: '`. */
function flagSpec({ names, description, value }: FlagOutline): string {
  const [only = ''] = names;
  const what = `[${description.replace(/[[\]\\:]/g, '\\$&')}]`;
  return names.length > 1
    ? `'(${names.join(' ')})'{${names.join(',')}}${quote(what)}`
    : quote(value ? `${only}=${what}:${action(value)}` : `${only}${what}`);
}

const wordSpec = ({ term, value }: WordOutline, index: number): string =>
  quote(`${index + 1}:${term.startsWith('[') ? ':' : ''}${action(value)}`);

function action({ takes, choices }: ValueOutline): string {
  const what = takes.replace(/:/g, '\\:');
  if (choices.length > 0) return `${what}:(${choices.join(' ')})`;
  return `${what}:${takes === 'file' ? '_files' : takes === 'folder' ? '_files -/' : ' '}`;
}

const quote = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;
