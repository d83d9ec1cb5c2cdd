# SPDX-License-Identifier: MIT
# Sourced by the scenarios, which run in the reference host: Weston on its two screens, back ends and
# guests. run-host --build has put what they need into the environment. Logs and what a scenario
# finds out go to $BINNACLE_DIR, which the test that started it reads.

run=/run/cockpit
mkdir -p "$run"
export LIBSEAT_BACKEND=builtin SEATD_VTBOUND=0
pids=

# Weston's log is long, and to write to what is shared slow.
keep_logs() {
	cp "$run"/*.log "$BINNACLE_DIR" 2>/dev/null || true
}
trap keep_logs EXIT

fail() {
	echo "FAIL: $*"
	exit 1
}

# await SECONDS WHAT COMMAND…: until the command succeeds.
await() {
	seconds=$1 what=$2
	shift 2
	read -r now _ </proc/uptime
	end=$((${now%.*} + seconds))
	until "$@"; do
		read -r now _ </proc/uptime
		[ "${now%.*}" -lt "$end" ] || fail "no $what in $seconds seconds"
		for pid in $pids; do
			kill -0 "$pid" 2>/dev/null || fail "process $pid ended before $what"
		done
		sleep 0.1
	done
	echo "SCENARIO $what (${now} s)"
}

# start LOG COMMAND…: in the background; must not end before the scenario does.
start() {
	log=$run/$1.log
	shift
	"$@" </dev/null >"$log" 2>&1 &
	pids="$pids $!"
}

# start_weston <INI: with all that the back end for KMS says of each repaint in its log.
start_weston() {
	{
		printf '[core]\nshell=kiosk-shell.so\nidle-time=0\n'
		cat
	} >"$run/weston.ini"
	start weston weston --backend=drm --renderer=gl --drm-device=card0 \
		--additional-devices=card1 --continue-without-input --config="$run/weston.ini" \
		--modules="$BINNACLE_BUILD/compositor-plugin/binnacle.so" --socket=public \
		--logger-scopes=log,drm-backend
	await 60 "Weston" grep -q ' displays placed' "$run/weston.log"
}

# start_backend GUEST OPTION…
start_backend() {
	guest=$1
	shift
	start "gpu-$guest" "$BINNACLE_BUILD/gpu-backend/binnacle-gpu" -v \
		--socket-path="$run/$guest.sock" --guest="$guest" "$@"
	await 30 "back end of $guest" grep -q ': ready at' "$run/gpu-$guest.log"
}

# start_uml GUEST ROLE
start_uml() {
	start "guest-$1" "$BINNACLE_SOURCE/guest-tests/run-guest" uml --name "$1" --role "$2" \
		--initrd "$BINNACLE_BUILD/guest-tests/small.img" --memory 128 \
		--gpu-socket "$run/$1.sock"
}

# How Weston made the last frame of each screen, a line each. For each repaint of a screen its log
# says `preparing state for output NAME`, the attempts, and `Using HOW state composition`:
#
#   plane-only    each view is scanned out by the display hardware; nothing was drawn
#   mixed         some views are on planes and the rest is drawn
#   render-only   all is drawn into one buffer
compositions() {
	awk '/preparing state for output/ {output = $(NF - 1)}
		/Using [a-z-]+ state composition/ {how[output] = $3}
		END {for (output in how) print output, how[output]}' "$run/weston.log" | sort
}

# hold: tells the test to look, and waits until it has seen. A test that does not like what it sees
# ends the machine.
hold() {
	keep_logs
	echo "SCENARIO-READY"
	await 120 "end of the test" [ -e "$BINNACLE_DIR/done" ]
	"$BINNACLE_BUILD/cockpit/binnacle" status --json >"$BINNACLE_DIR/status.txt" ||
		fail "no status"
	compositions >"$BINNACLE_DIR/compositions.txt"
}

# end_cockpit: guests first, without notice: User-Mode Linux panics at SIGTERM where it is slow.
# Weston and the back ends have to end cleanly.
end_cockpit() {
	reversed=
	for pid in $pids; do
		reversed="$pid $reversed"
	done
	pids=
	for pid in $reversed; do
		read -r name <"/proc/$pid/comm" || fail "process $pid ended before its time"
		case $name in
		weston | binnacle-gpu)
			kill "$pid"
			wait "$pid" || fail "$name ended with $?"
			;;
		*) kill -KILL "$pid" ;;
		esac
	done
}
