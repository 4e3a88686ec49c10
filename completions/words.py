r"""Words that the completion scripts offer: fixed lists, and names in local files.

Names of AWS profiles and of contexts are looked for at each TAB, with awk: no file is run, and
names go to the shell as data, which quotes them where it puts them on the line. Names with control
characters are left out. PowerShell has the fixed lists only.

In the programs for awk stands no apostrophe and no backslash twice: all three shells quote them
with apostrophes. They read bytes, for names may be in any encoding.
"""

from collections.abc import Mapping, Sequence
from typing import Any

#: AWS CLI User Guide, "Configuration and credential file settings": `[default]` and `[profile
#: NAME]` in the one file (quotes where there are blanks), `[NAME]` in the other.
_SECTION = r'/^\[.*\]/ && !/[\001-\037\177].*\]/ { sub(/^\[[ ]*/, ""); sub(/[ ]*\][^]]*$/, ""); '
_CONFIG = (
    _SECTION + r'if (sub(/^profile[ ]+/, "")) { if (/^".+"$/ || /^\047.+\047$/) '
    r'$0 = substr($0, 2, length($0) - 2) } else if ($0 != "default") next; if ($0 != "") print }'
)
_CREDENTIALS = _SECTION + r'if ($0 != "") print }'
#: `name:` of each item in the list `contexts:` at the margin, as kubectl and others write it: in
#: any order beside `context:`, and with the list indented or not.
_CONTEXTS = (
    r'{ sub(/\r$/, "") } '
    r"/^[^ #-]/ || /^---/ { inside = /^contexts:[ ]*(#.*)?$/; item = -1; next } "
    r"!inside { next } "
    r"match($0, /^ *- +/) && (item < 0 || item == RLENGTH) "
    r'{ item = RLENGTH; sub(/-/, " ") } '
    r"match($0, /^ +/) && RLENGTH == item && /^ +name:[ ]+/ "
    r'{ sub(/^ +name:[ ]+/, ""); '
    r'if (/^"/) { if (/[\134]/ || !match($0, /^"[^"]+"/)) next; $0 = substr($0, 2, RLENGTH - 2) } '
    r"else if (/^\047/) { if (!match($0, /^\047[^\047]+\047/)) next; "
    r"$0 = substr($0, 2, RLENGTH - 2) } "
    r'else { sub(/ +#.*$/, ""); sub(/ +$/, "") } '
    r'if ($0 != "" && !/[\001-\037\177]/ && !/^[&*!|>{[]/) print }'
)

#: For bash and zsh. A path may be in KUBECONFIG with others, as kubectl has it.
_POSIX = rf"""
_opskit_awk() {{
  if [ -f "$2" ]; then LC_ALL=C command awk "$1" < "$2" 2>/dev/null; fi
}}

_opskit_profile_names() {{
  _opskit_awk '{_CONFIG}' "${{AWS_CONFIG_FILE:-${{HOME-}}/.aws/config}}"
  _opskit_awk '{_CREDENTIALS}' "${{AWS_SHARED_CREDENTIALS_FILE:-${{HOME-}}/.aws/credentials}}"
}}

_opskit_context_names() {{
  local rest="${{KUBECONFIG:-${{HOME-}}/.kube/config}}:"
  while [ -n "$rest" ]; do
    _opskit_awk '{_CONTEXTS}' "${{rest%%:*}}"
    rest="${{rest#*:}}"
  done
}}
"""

#: bash puts a word on the line as it is given: %q quotes it.
_BASH = (
    _POSIX
    + r"""
# $1=what is typed of the word; names are read from stdin
_opskit_quoted() {
  local name
  while IFS= read -r name; do
    printf -v name '%q' "$name"
    if [[ $name == "$1"* ]]; then printf '%s\n' "$name"; fi
  done
}

_opskit_profiles() { _opskit_profile_names | _opskit_quoted "$1"; }
_opskit_contexts() { _opskit_context_names | _opskit_quoted "$1"; }

# bash ends a word at a colon, and contexts of EKS are ARNs: the parts are put together, and what
# stands before the last colon is taken off what is offered.
_opskit_completed() {
  local rest=$COMP_LINE index gap word at=0 count=0
  local -a words=()
  for index in "${!COMP_WORDS[@]}"; do
    word=${COMP_WORDS[index]}
    gap=${rest%%[![:space:]]*}
    rest=${rest#"$gap"}
    rest=${rest#"$word"}
    if [[ -z $gap && $count -gt 0 && ( $word == :* || ${words[count - 1]} == *: ) ]]; then
      words[count - 1]+=$word
    else
      words[count]=$word
      count=$((count + 1))
    fi
    if [[ $index -eq $COMP_CWORD ]]; then at=$((count - 1)); fi
  done
  local -a COMP_WORDS=("${words[@]}")
  local COMP_CWORD=$at
  _shtab_opskit
  word=${words[at]}
  if [[ $word == *:* && $COMP_WORDBREAKS == *:* && ${#COMPREPLY[@]} -gt 0 ]]; then
    word=${word%"${word##*:}"}
    COMPREPLY=("${COMPREPLY[@]#"$word"}")
  fi
}
"""
)
_ZSH = (
    _POSIX
    + r"""
# $1=names, a line each; then the options for compadd
_opskit_offered() {
  local -a names
  names=("${(@f)1}")
  names=("${(@)names:#}")
  shift
  compadd "$@" -a names
}

_opskit_profiles() { _opskit_offered "$(_opskit_profile_names)" "$@" }
_opskit_contexts() { _opskit_offered "$(_opskit_context_names)" "$@" }
"""
)
_FISH = rf"""
function _opskit_awk
  if test -f "$argv[2]"
    env LC_ALL=C awk $argv[1] < "$argv[2]" 2>/dev/null
  end
end

function _opskit_profiles
  set -l config "$HOME/.aws/config"
  set -l credentials "$HOME/.aws/credentials"
  test -n "$AWS_CONFIG_FILE"; and set config "$AWS_CONFIG_FILE"
  test -n "$AWS_SHARED_CREDENTIALS_FILE"; and set credentials "$AWS_SHARED_CREDENTIALS_FILE"
  _opskit_awk '{_CONFIG}' $config
  _opskit_awk '{_CREDENTIALS}' $credentials
end

function _opskit_contexts
  set -l files "$HOME/.kube/config"
  test -n "$KUBECONFIG"; and set files (string split : -- "$KUBECONFIG")
  for file in $files
    _opskit_awk '{_CONTEXTS}' $file
  end
end
"""

#: What defines the functions in each shell. The last line of bash's script names what completes.
PREAMBLES = {"bash": _BASH.strip(), "zsh": _ZSH.strip(), "fish": _FISH.strip()}
REPLACED = {"bash": ("-F _shtab_opskit opskit", "-F _opskit_completed opskit")}

#: Options whose words are in files, and the function for each.
_IN_FILES = {"--profile": "_opskit_profiles", "--context": "_opskit_contexts"}


def dynamic(option: str) -> Mapping[str, Any] | None:
    """What shtab takes for an option whose words stand in local files; None for any other."""
    name = _IN_FILES.get(option)
    return None if name is None else {"bash": name, "zsh": name, "fish": f"({name})"}


def fixed(path: Sequence[str], name: str) -> Sequence[str]:
    """The words for a parameter of a command, as what opskit is made of has them; none for most."""
    if name in ("--provider", "--providers"):
        from opskit.storage.catalog.load import load

        every = ["all"] if name == "--providers" else []
        return [*every, *load().providers]
    return _ARGUMENTS.get((*path, name), lambda: ())()


def _rules() -> Sequence[str]:
    from opskit.rules import all_rules

    return [rule.code for rule in all_rules()]


def _schemas() -> Sequence[str]:
    from opskit.manifest import SCHEMAS

    return list(SCHEMAS)


def _demos() -> Sequence[str]:
    from opskit.demo import steps

    return list(dict.fromkeys(step.group for step in steps()))


def _queries() -> Sequence[str]:
    from opskit.redshift.queries import Library

    return Library().names()


def _topics() -> Sequence[str]:
    from opskit.commands.help import TOPICS

    return list(TOPICS)


_ARGUMENTS = {
    ("help", "topic"): _topics,
    ("rule", "code"): _rules,
    ("schema", "name"): _schemas,
    ("demo", "group"): _demos,
    ("redshift", "query", "name"): _queries,
}
