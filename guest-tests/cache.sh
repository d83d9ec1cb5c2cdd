# SPDX-License-Identifier: MIT
# Sourced by the build scripts here: where slow results are kept, and how one caller makes each.

cache_dir=${XDG_CACHE_HOME:-${HOME:?}/.cache}/binnacle

say() {
	echo "${0##*/}: $*" >&2
}

die() {
	say "$*"
	exit 1
}

need() {
	for tool; do
		command -v "$tool" >/dev/null ||
			die "needs '$tool'; run tests/setup/install-packages test"
	done
}

# cache_key FILE...: sixteen hex digits over the files and standard input.
cache_key() {
	cat -- "$@" - | sha256sum | cut -c 1-16
}

# cache_lock NAME: from here on this process alone makes NAME; others wait. Opens $work, an empty
# directory on the cache's file system, and removes it at exit.
cache_lock() {
	mkdir -p "$cache_dir"
	exec 9>"$cache_dir/$1.lock"
	flock -n 9 || { say "waiting for another $1"; flock 9; }
	# What an interrupted build left behind.
	for left in "$cache_dir/.$1".*; do
		[ ! -e "$left" ] || rm -rf -- "$left"
	done
	work=$(mktemp -d "$cache_dir/.$1.XXXXXX")
	trap 'rm -rf -- "$work"' EXIT
	trap 'exit 130' INT
	trap 'exit 143' TERM
}

# cache_keep NAME: $work/out becomes NAME in one step, so that NAME is never seen half made.
cache_keep() {
	mv -T -- "$work/out" "$cache_dir/$1"
}
