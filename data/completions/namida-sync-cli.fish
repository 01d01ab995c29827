# SPDX-License-Identifier: GPL-3.0-or-later
# Completion for namida-sync-cli in fish.

function __namida_sync_devices
    begin
        namida-sync-cli trust list --json
        namida-sync-cli devices --timeout 1 --json
    end 2>/dev/null | string replace -rf '.*"alias" *: *"((?:[^"\\\\]|\\\\.)*)".*' '$1' | string replace -ra '\\\\(["\\\\/])' '$1' | sort -u
end

set -l commands receive devices send pair trust backups inspect fit merge compare extract history identity demo
complete -c namida-sync-cli -f
complete -c namida-sync-cli -n "not __fish_seen_subcommand_from $commands" -a receive -d 'Wait for backups and store them'
complete -c namida-sync-cli -n "not __fish_seen_subcommand_from $commands" -a devices -d 'List the devices near'
complete -c namida-sync-cli -n "not __fish_seen_subcommand_from $commands" -a send -d 'Send backups, files and music folders'
complete -c namida-sync-cli -n "not __fish_seen_subcommand_from $commands" -a pair -d 'Pair with a device'
complete -c namida-sync-cli -n "not __fish_seen_subcommand_from $commands" -a trust -d 'The devices that this one trusts'
complete -c namida-sync-cli -n "not __fish_seen_subcommand_from $commands" -a backups -d 'The versions that are kept'
complete -c namida-sync-cli -n "not __fish_seen_subcommand_from $commands" -a inspect -d 'What is in a backup'
complete -c namida-sync-cli -n "not __fish_seen_subcommand_from $commands" -a fit -d 'Copy a backup with the paths of another device'
complete -c namida-sync-cli -n "not __fish_seen_subcommand_from $commands" -a merge -d 'Combine backups into a new one'
complete -c namida-sync-cli -n "not __fish_seen_subcommand_from $commands" -a compare -d 'How two backups differ'
complete -c namida-sync-cli -n "not __fish_seen_subcommand_from $commands" -a extract -d 'Playlists and listens for other programs'
complete -c namida-sync-cli -n "not __fish_seen_subcommand_from $commands" -a history -d 'What was sent and received'
complete -c namida-sync-cli -n "not __fish_seen_subcommand_from $commands" -a identity -d 'How others see this device'
complete -c namida-sync-cli -n "not __fish_seen_subcommand_from $commands" -a demo -d 'Two devices on this computer'

complete -c namida-sync-cli -l data-dir -x -a '(__fish_complete_directories)' -d 'Keep everything of this device in a folder'
complete -c namida-sync-cli -l interface -x -a '(__fish_print_interfaces)' -d 'Use only this network interface or address'
complete -c namida-sync-cli -l port -x -d 'Listen on this port'
complete -c namida-sync-cli -l alias -x -d 'The name others see'
complete -c namida-sync-cli -l json -d 'Print JSON, one object a line'
complete -c namida-sync-cli -s q -l quiet -d 'Print errors only'
complete -c namida-sync-cli -s v -l verbose -d 'Name every file'
complete -c namida-sync-cli -l log-file -r -F -d 'Append all messages to a file'
complete -c namida-sync-cli -s h -l help -d 'Show help'
complete -c namida-sync-cli -l version -d 'Print the version'

complete -c namida-sync-cli -n '__fish_seen_subcommand_from send backups' -l to -x -a '(__namida_sync_devices)' -d 'The device'
complete -c namida-sync-cli -n '__fish_seen_subcommand_from send receive backups' -l pin -x -d 'The PIN'
complete -c namida-sync-cli -n '__fish_seen_subcommand_from send receive backups' -l pin-file -r -F -d 'A file with the PIN'
complete -c namida-sync-cli -n '__fish_seen_subcommand_from send receive' -l limit -x -d 'At most this fast, for example 5MB/s'
complete -c namida-sync-cli -n '__fish_seen_subcommand_from send receive inspect fit merge' -l music -x -a '(__fish_complete_directories)' -d 'Music folder'
complete -c namida-sync-cli -n '__fish_seen_subcommand_from send' -l unencrypted -d 'Also when it cannot be encrypted'
complete -c namida-sync-cli -n '__fish_seen_subcommand_from send' -l check -d 'Read every file again'
complete -c namida-sync-cli -n '__fish_seen_subcommand_from send' -l exclude -x -d 'Leave out what matches'
complete -c namida-sync-cli -n '__fish_seen_subcommand_from send' -l exclude-from -r -F -d 'Leave out what matches the patterns in a file'
complete -c namida-sync-cli -n '__fish_seen_subcommand_from send' -l files-from -r -F -d 'Send only what a file names'
complete -c namida-sync-cli -n '__fish_seen_subcommand_from send' -l wait -x -d 'Wait so many seconds for a device that is away'
complete -c namida-sync-cli -n '__fish_seen_subcommand_from send' -l report -r -F -d 'What became of each file'
complete -c namida-sync-cli -n '__fish_seen_subcommand_from send inspect fit merge compare extract' -F

complete -c namida-sync-cli -n '__fish_seen_subcommand_from receive backups' -l backups -x -a '(__fish_complete_directories)' -d 'Where backups go'
complete -c namida-sync-cli -n '__fish_seen_subcommand_from receive backups' -l as -x -a 'library backup' -d 'How it lands'
complete -c namida-sync-cli -n '__fish_seen_subcommand_from receive' -l accept -x -a 'ask trusted all' -d 'Who may store'
complete -c namida-sync-cli -n '__fish_seen_subcommand_from receive' -l keep -x -d 'Keep the newest versions of each device'
complete -c namida-sync-cli -n '__fish_seen_subcommand_from receive' -l keep-monthly -d 'With --keep: and the newest of each month before'
complete -c namida-sync-cli -n '__fish_seen_subcommand_from receive' -l reserve -x -d 'Leave so much room free, for example 1GB'
complete -c namida-sync-cli -n '__fish_seen_subcommand_from receive' -l verify-every -x -d 'Read files again after so many days, 0: never'
complete -c namida-sync-cli -n '__fish_seen_subcommand_from receive' -l no-localsend -d 'Do not show up in LocalSend'
complete -c namida-sync-cli -n '__fish_seen_subcommand_from receive' -l unencrypted -x -a 'ask never allow' -d 'Devices that cannot encrypt'
complete -c namida-sync-cli -n '__fish_seen_subcommand_from receive' -l once -d 'End after the first transfer'

complete -c namida-sync-cli -n '__fish_seen_subcommand_from devices' -l timeout -x -d 'How long to look, in seconds'
complete -c namida-sync-cli -n '__fish_seen_subcommand_from devices' -l scan -d 'Ask every address of the own networks'
complete -c namida-sync-cli -n '__fish_seen_subcommand_from devices' -l all -d 'Also trusted devices that are away'
complete -c namida-sync-cli -n '__fish_seen_subcommand_from devices' -l forget -x -d 'Do not look at this address any more'
complete -c namida-sync-cli -n '__fish_seen_subcommand_from devices' -l watch -d 'Go on until interrupted'
complete -c namida-sync-cli -n '__fish_seen_subcommand_from pair' -a '(__namida_sync_devices)'

complete -c namida-sync-cli -n '__fish_seen_subcommand_from trust' -a 'list remove rename set'
complete -c namida-sync-cli -n '__fish_seen_subcommand_from trust' -a '(__namida_sync_devices)'
complete -c namida-sync-cli -n '__fish_seen_subcommand_from trust' -l auto-accept -x -a 'yes no' -d 'Store its backups without a question'
complete -c namida-sync-cli -n '__fish_seen_subcommand_from trust' -l restore -x -a 'yes no' -d 'It may fetch the backups kept for it'
complete -c namida-sync-cli -n '__fish_seen_subcommand_from trust' -l as -x -a 'library backup default' -d 'Where its backups land'

complete -c namida-sync-cli -n '__fish_seen_subcommand_from backups' -a 'list show verify restore undo fetch remove pin unpin adopt succeed'
complete -c namida-sync-cli -n '__fish_seen_subcommand_from backups' -l from -x -a '(__namida_sync_devices)' -d 'Of this device'
complete -c namida-sync-cli -n '__fish_seen_subcommand_from backups' -l music -x -d 'restore --to, fetch: only this music folder'
complete -c namida-sync-cli -n '__fish_seen_subcommand_from backups' -l zip-only -d 'Only the backup zip'
complete -c namida-sync-cli -n '__fish_seen_subcommand_from backups' -l into -x -a '(__fish_complete_directories)' -d 'Where music goes'
complete -c namida-sync-cli -n '__fish_seen_subcommand_from backups' -l here -d 'Restore into the folders of this computer'
complete -c namida-sync-cli -n '__fish_seen_subcommand_from backups' -l map -x -d 'restore --here: where this music folder goes'
complete -c namida-sync-cli -n '__fish_seen_subcommand_from backups' -l zip-to -x -a '(__fish_complete_directories)' -d 'Where the backup zip goes'
complete -c namida-sync-cli -n '__fish_seen_subcommand_from backups' -l preview -d 'Only tell what it would do'
complete -c namida-sync-cli -n '__fish_seen_subcommand_from backups' -s y -l yes -d 'restore --here: ask nothing'
complete -c namida-sync-cli -n '__fish_seen_subcommand_from backups' -l replace -d 'restore --here: replace files that are different'
complete -c namida-sync-cli -n '__fish_seen_subcommand_from backups' -l keep-both -d 'restore --here: add files that are different under another name'
complete -c namida-sync-cli -n '__fish_seen_subcommand_from backups' -l automatic -d "restore --here: let Namida's automatic restore pick this backup"
complete -c namida-sync-cli -n '__fish_seen_subcommand_from backups' -l no-repair -d 'verify: only tell what is damaged'
complete -c namida-sync-cli -n '__fish_seen_subcommand_from backups' -l dry-run -d 'Only tell what that would free'

complete -c namida-sync-cli -n '__fish_seen_subcommand_from inspect' -l here -d 'Also tell which paths Namida has to update here'
complete -c namida-sync-cli -n '__fish_seen_subcommand_from history' -l most -x -d 'How many, newest first'
complete -c namida-sync-cli -n '__fish_seen_subcommand_from demo' -l files -x -d 'How many audio files'
complete -c namida-sync-cli -n '__fish_seen_subcommand_from fit merge' -l out -r -F -d 'The new backup'
complete -c namida-sync-cli -n '__fish_seen_subcommand_from fit merge' -l here -d 'Find the music on this computer'
complete -c namida-sync-cli -n '__fish_seen_subcommand_from fit merge' -l map -x -d 'Replace a folder: OLD=NEW'
complete -c namida-sync-cli -n '__fish_seen_subcommand_from fit backups' -l only -x -d 'Include only these parts'
complete -c namida-sync-cli -n '__fish_seen_subcommand_from fit backups' -l without -x -d 'Leave out these parts'
complete -c namida-sync-cli -n '__fish_seen_subcommand_from fit backups' -l all-settings -d 'Also keep settings of another kind of device'
complete -c namida-sync-cli -n '__fish_seen_subcommand_from backups' -l fit -d 'restore: the zip with the paths of where it goes'
complete -c namida-sync-cli -n '__fish_seen_subcommand_from backups' -l merge -d 'restore --fit: merge with the newest backup there'
complete -c namida-sync-cli -n '__fish_seen_subcommand_from extract' -l playlists -x -a '(__fish_complete_directories)' -d 'Write playlists into this folder'
complete -c namida-sync-cli -n '__fish_seen_subcommand_from extract' -l listens -r -F -d 'Write listens as CSV'
complete -c namida-sync-cli -n '__fish_seen_subcommand_from extract' -l listenbrainz -r -F -d 'Write listens for ListenBrainz'
