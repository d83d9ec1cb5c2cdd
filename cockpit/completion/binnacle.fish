# SPDX-License-Identifier: MIT
# Completion of the binnacle command for fish.

set -l commands run status screenshot
complete -c binnacle -f
complete -c binnacle -n "not __fish_seen_subcommand_from $commands" -a run -d 'start the guests of a cockpit.ini'
complete -c binnacle -n "not __fish_seen_subcommand_from $commands" -a status -d 'show guests, screens and frames/s'
complete -c binnacle -n "not __fish_seen_subcommand_from $commands" -a screenshot -d 'write the screens as PNG'
complete -c binnacle -n '__fish_seen_subcommand_from run' -F
complete -c binnacle -n '__fish_seen_subcommand_from run' -s v -l verbose -d 'log every command line'
complete -c binnacle -n '__fish_seen_subcommand_from status' -l json -d 'one JSON object'
complete -c binnacle -n '__fish_seen_subcommand_from screenshot' -F
complete -c binnacle -n '__fish_seen_subcommand_from screenshot' -s o -l output -x -d 'the screen'
