# SPDX-License-Identifier: MIT
# Completion of binnacle-gpu for bash.

_binnacle_gpu() {
	local word=${COMP_WORDS[COMP_CWORD]} option=${COMP_WORDS[COMP_CWORD - 1]}

	# bash breaks an option with its value into three words.
	if [ "$word" = = ]; then
		word=
	elif [ "$option" = = ]; then
		option=${COMP_WORDS[COMP_CWORD - 2]}
	fi
	case $option in
	--socket-path)
		mapfile -t COMPREPLY < <(compgen -f -- "$word")
		compopt -o filenames
		;;
	--display)
		mapfile -t COMPREPLY < <(compgen -W 'wayland vmm none' -- "$word")
		;;
	--wayland-display)
		mapfile -t COMPREPLY < <(cd "${XDG_RUNTIME_DIR:-/nowhere}" 2>/dev/null &&
			compgen -G 'wayland-*' | grep -v '\.lock$' | grep "^$word")
		;;
	--guest)
		mapfile -t COMPREPLY < <(cd "${XDG_RUNTIME_DIR:-/nowhere}/binnacle" 2>/dev/null &&
			compgen -d -- "$word")
		;;
	--outputs)
		mapfile -t COMPREPLY < <(compgen -W '1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16' -- "$word")
		;;
	--mode)
		mapfile -t COMPREPLY < <(compgen -W '1280x720@60 1280x800@60 1920x720@60 1920x1080@60
			3840x2160@60' -- "$word")
		;;
	--render-node)
		mapfile -t COMPREPLY < <(compgen -G "/dev/dri/renderD*" | grep "^$word")
		;;
	--fd | --max-memory | --max-resources | --max-backing | --max-contexts) ;;
	*)
		mapfile -t COMPREPLY < <(compgen -W '--socket-path= --fd= --guest= --display=
			--wayland-display= --outputs= --mode= --max-memory= --max-resources=
			--max-backing= --max-contexts= --virgl --no-virgl --render-node= --print-capabilities --verbose --help --version' -- "$word")
		[[ ${COMPREPLY[0]-} == *= ]] && compopt -o nospace
		;;
	esac
}

complete -F _binnacle_gpu binnacle-gpu
