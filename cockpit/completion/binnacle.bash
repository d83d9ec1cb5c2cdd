# SPDX-License-Identifier: MIT
# Completion of the binnacle command for bash.

_binnacle_screens() {
	binnacle status --json 2>/dev/null |
		sed -n '/"screens"/,/\]/s/.*"name": *"\([^"]*\)".*/\1/p'
}

_binnacle() {
	local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}

	if [ "$COMP_CWORD" -eq 1 ]; then
		mapfile -t COMPREPLY < <(compgen -W 'run status screenshot --help --version' -- "$word")
		return
	fi
	case ${COMP_WORDS[1]} in
	run)
		case $word in
		-*) mapfile -t COMPREPLY < <(compgen -W '--help --verbose' -- "$word") ;;
		*) mapfile -t COMPREPLY < <(compgen -f -X '!*.ini' -- "$word"; compgen -d -- "$word") ;;
		esac
		;;
	status)
		mapfile -t COMPREPLY < <(compgen -W '--help --json' -- "$word")
		;;
	screenshot)
		if [ "$before" = --output ] || [ "$before" = -o ]; then
			mapfile -t COMPREPLY < <(compgen -W "$(_binnacle_screens)" -- "$word")
			return
		fi
		case $word in
		-*) mapfile -t COMPREPLY < <(compgen -W '--help --output' -- "$word") ;;
		*) mapfile -t COMPREPLY < <(compgen -f -- "$word") ;;
		esac
		;;
	esac
}

complete -o filenames -F _binnacle binnacle
