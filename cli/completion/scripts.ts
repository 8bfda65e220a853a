/** The scripts by which a shell asks `bootready complete`; each passes the words up to the cursor, without quotes. */

// Words arrive as they were typed. xargs would fail on an open quote, so the scripts remove backslashes and quotes themselves.
const bash = `# bootready completion for bash 4.4 or newer: source <(bootready completion bash)
_bootready() {
  local -a words=()
  local word value description kind
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD}"; do
    word=\${word#[\\"\\']}; word=\${word%[\\"\\']}
    words+=("\${word//\\\\/}")
  done
  COMPREPLY=()
  {
    read -r kind
    if [ "$kind" = files ]; then
      compopt -o default
    else
      while IFS=$'\\t' read -r value description; do
        COMPREPLY+=("$(printf %q "$value")")
      done
    fi
  } < <(bootready complete -- "\${words[@]}" 2>/dev/null)
}
complete -F _bootready bootready
`;

const zsh = `#compdef bootready
# bootready completion for zsh: source <(bootready completion zsh), after compinit
_bootready() {
  local -a lines described
  lines=("\${(@f)$(bootready complete -- "\${(@Q)words[2,CURRENT]}" 2>/dev/null)}")
  if [[ $lines[1] = files ]]; then
    _files
    return
  fi
  local line
  for line in "\${(@)lines[2,-1]}"; do
    described+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}")
  done
  (( $#described )) && _describe -V bootready described
}
compdef _bootready bootready
`;

const fish = `# bootready completion for fish: bootready completion fish | source
function __bootready_complete
  set -l words (commandline -opc)
  set -l lines (bootready complete -- $words[2..] (commandline -ct | string unescape) 2>/dev/null)
  if test "$lines[1]" = files
    __fish_complete_path (commandline -ct)
    return
  end
  printf '%s\\n' $lines[2..]
end
complete -c bootready -f -a '(__bootready_complete)'
`;

export const scripts = { bash, zsh, fish } as const;
