# SPDX-License-Identifier: GPL-3.0-or-later
# Completion for namida-sync-cli in bash.

# The names of the devices that are trusted, and of those near: one a line.
_namida_sync_devices ()
{
  { namida-sync-cli trust list --json; namida-sync-cli devices --timeout 1 --json; } 2>/dev/null |
    sed -n 's/.*"alias" *: *"\([^"\\]*\)".*/\1/p' | sort -u
}

_namida_sync_cli ()
{
  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} command= word name
  COMPREPLY=()
  for word in "${COMP_WORDS[@]:1:COMP_CWORD - 1}"; do
    case $word in
      receive|devices|send|pair|trust|backups|inspect|history|identity|demo) command=$word; break ;;
    esac
  done

  case $previous in
    --to|--from|pair|remove|rename|set)
      [ "$command" = backups ] && [ "$previous" = remove ] && return
      while IFS= read -r name; do
        [[ $name == "${current#[\"\']}"* ]] && COMPREPLY+=("$(printf '%q' "$name")")
      done < <(_namida_sync_devices)
      return ;;
    --as) COMPREPLY=($(compgen -W 'library backup' -- "$current")); return ;;
    --auto-accept) COMPREPLY=($(compgen -W 'yes no' -- "$current")); return ;;
    --accept) COMPREPLY=($(compgen -W 'ask trusted all' -- "$current")); return ;;
    --unencrypted)
      [ "$command" = receive ] && { COMPREPLY=($(compgen -W 'ask never allow' -- "$current")); return; } ;;
    --interface) COMPREPLY=($(compgen -W "$(ls /sys/class/net 2>/dev/null)" -- "$current")); return ;;
    --data-dir|--backups|--music|--report|--zip-to) compopt -o filenames; COMPREPLY=($(compgen -f -- "$current")); return ;;
  esac

  if [ -z "$command" ] && [[ $current != -* ]]; then
    COMPREPLY=($(compgen -W 'receive devices send pair trust backups inspect history identity demo' -- "$current"))
  elif [[ $current == -* ]]; then
    COMPREPLY=($(compgen -W "$(namida-sync-cli $command --help 2>/dev/null | grep -o -- '--[a-z][a-z-]*' | sort -u)" -- "$current"))
  else
    case $command in
      trust) COMPREPLY=($(compgen -W 'list remove rename set' -- "$current")) ;;
      backups) COMPREPLY=($(compgen -W 'list show verify restore undo fetch remove pin unpin' -- "$current")) ;;
      send|inspect) compopt -o filenames; COMPREPLY=($(compgen -f -- "$current")) ;;
      pair)
        while IFS= read -r name; do
          [[ $name == "$current"* ]] && COMPREPLY+=("$(printf '%q' "$name")")
        done < <(_namida_sync_devices) ;;
    esac
  fi
}
complete -F _namida_sync_cli namida-sync-cli
