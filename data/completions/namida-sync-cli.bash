# SPDX-License-Identifier: GPL-3.0-or-later
# Completion for namida-sync-cli in bash.

# The names of the devices that are trusted, and of those near: one a line.
_namida_sync_devices ()
{
  { namida-sync-cli trust list --json; namida-sync-cli devices --timeout 1 --json; } 2>/dev/null |
    sed -n 's/.*"alias" *: *"\(\([^"\\]\|\\.\)*\)".*/\1/; t plain; d; :plain; s/\\\(["\\/]\)/\1/g; p' | sort -u
}

# The names that begin with what is typed, in the quotes that it begins with, if any.
_namida_sync_complete_devices ()
{
  local typed=$1 quote= name given
  case $typed in
    \"*|\'*) quote=${typed:0:1} typed=${typed:1} ;;
  esac
  # What was typed without quotes has a backslash before a space.
  [ -n "$quote" ] || typed=$(sed 's/\\\(.\)/\1/g' <<<"$typed")
  while IFS= read -r name; do
    [[ $name == "$typed"* ]] || continue
    case $quote in
      \") given=$(sed 's/["\\$`]/\\&/g' <<<"$name") ;;
      \') given=${name//\'/\'\\\'\'} ;;
      *) given=$(printf '%q' "$name") ;;
    esac
    COMPREPLY+=("$given")
  done < <(_namida_sync_devices)
  # Readline's words end at a colon, too: what stands before it is there already.
  local before=${1%"${1##*:}"} i
  if [ -z "$quote" ] && [ -n "$before" ] && [[ $COMP_WORDBREAKS == *:* ]]; then
    for i in "${!COMPREPLY[@]}"; do COMPREPLY[i]=${COMPREPLY[i]#"$before"}; done
  fi
}

_namida_sync_cli ()
{
  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} command= word
  COMPREPLY=()
  for word in "${COMP_WORDS[@]:1:COMP_CWORD - 1}"; do
    case $word in
      receive|devices|send|schedule|pair|trust|backups|inspect|fit|merge|compare|extract|link|transfers|history|identity|demo) command=$word; break ;;
    esac
  done
  # "--to=NAME" are three words to bash; a colon divides what is typed, too.
  if [ "$current" = = ]; then
    current=
  elif [ "$previous" = = ] && [ "$COMP_CWORD" -gt 2 ]; then
    previous=${COMP_WORDS[COMP_CWORD - 2]}
  elif [ "$current" = : ] && [ "$COMP_CWORD" -gt 2 ]; then
    current=$previous: previous=${COMP_WORDS[COMP_CWORD - 2]}
  elif [ "$previous" = : ] && [ "$COMP_CWORD" -gt 3 ]; then
    current=${COMP_WORDS[COMP_CWORD - 2]}:$current previous=${COMP_WORDS[COMP_CWORD - 3]}
  fi

  case $previous in
    --to|--from|pair|remove|rename|set)
      [[ $command == backups || $command == schedule ]] && [ "$previous" = remove ] && return
      if [[ $previous == -* || $current != -* ]]; then
        _namida_sync_complete_devices "$current"
        return
      fi ;;
    --every) COMPREPLY=($(compgen -W 'day week 1h 6h 12h' -- "$current")); return ;;
    --as) COMPREPLY=($(compgen -W "library backup$([ "$command" = trust ] && echo ' default')" -- "$current")); return ;;
    --auto-accept|--restore) COMPREPLY=($(compgen -W 'yes no' -- "$current")); return ;;
    --accept) COMPREPLY=($(compgen -W 'ask trusted all' -- "$current")); return ;;
    --unencrypted)
      [ "$command" = receive ] && { COMPREPLY=($(compgen -W 'ask never allow' -- "$current")); return; } ;;
    --interface) COMPREPLY=($(compgen -W "$(ls /sys/class/net 2>/dev/null)" -- "$current")); return ;;
    --config|--data-dir|--backups|--music|--into|--report|--zip-to|--pin-file)
      compopt -o filenames 2>/dev/null
      mapfile -t COMPREPLY < <(compgen -f -- "$current")
      return ;;
  esac

  if [ -z "$command" ] && [[ $current != -* ]]; then
    COMPREPLY=($(compgen -W 'receive devices send schedule pair trust backups inspect fit merge compare extract link transfers history identity demo' -- "$current"))
  elif [[ $current == -* ]]; then
    COMPREPLY=($(compgen -W "$(namida-sync-cli $command --help 2>/dev/null | grep -o -- '--[a-z][a-z-]*' | sort -u)" -- "$current"))
  else
    case $command in
      trust) COMPREPLY=($(compgen -W 'list verify add remove rename set' -- "$current")) ;;
      schedule)
        if [ "$previous" = schedule ]; then
          COMPREPLY=($(compgen -W 'add list remove run' -- "$current"))
        else
          compopt -o filenames 2>/dev/null
          mapfile -t COMPREPLY < <(compgen -d -- "$current")
        fi ;;
      backups) COMPREPLY=($(compgen -W 'list show verify restore undo fetch remove pin unpin adopt succeed find compare usage export trash take-back forget' -- "$current")) ;;
      send|inspect|fit|merge|compare|extract|link)
        compopt -o filenames 2>/dev/null
        mapfile -t COMPREPLY < <(compgen -f -- "$current") ;;
    esac
  fi
}
complete -F _namida_sync_cli namida-sync-cli
