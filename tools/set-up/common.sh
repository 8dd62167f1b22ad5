# shellcheck shell=bash
# What the steps of tools/setup share: talking, failing, comparing versions, one set-up at a time.

# tell FACT [REMEDY…]: the fact, then what to do about it on lines of their own.
tell() {
	printf 'set-up: %s\n' "$1"
	shift
	[ $# -eq 0 ] || printf '        %s\n' "$@"
}

# step NAME USUALLY REASON COMMAND…: announces, runs, tells how long it took; a failing command's output is shown whole.
step() {
	local name=$1 usually=$2 reason=$3 log=$toolchain/set-up.log started=$SECONDS
	shift 3
	printf 'set-up: %s (%s). Usually takes %s …\n' "$name" "$reason" "$usually" >&2
	if ! "$@" >"$log" 2>&1 </dev/null; then
		cat "$log" >&2
		tell "$name: failed after $((SECONDS - started)) s; the output above says why." \
			"Nothing half-made was kept: once the cause is gone, the same command goes on from here." >&2
		exit 1
	fi
	printf 'set-up: %s: done in %s s\n' "$name" "$((SECONDS - started))" >&2
}

# at_least FOUND MINIMUM: compares versions of three numbers; a leading v and what follows - or + do not count.
at_least() {
	local IFS=. i found minimum
	found=${1#v}
	read -r -a found <<<"${found%%[-+]*}"
	read -r -a minimum <<<"$2"
	for i in 0 1 2; do
		[[ ${found[i]:-} =~ ^[0-9]+$ ]] || return 1
		((10#${found[i]} <= 10#${minimum[i]})) || return 0
		((10#${found[i]} >= 10#${minimum[i]})) || return 1
	done
}

# Two set-ups at once (two terminals, parallel jobs) would write the same files: the second waits, then finds all done.
# macOS has no flock; there they are not kept apart.
take_the_lock() {
	command -v flock >/dev/null || return 0
	exec 9>"$toolchain/lock"
	flock --nonblock 9 && return
	echo "set-up: waiting for another set-up of this checkout to finish …" >&2
	flock 9
}

# Leftovers of a failed or interrupted step; what was finished stays.
clean_up() {
	rm -rf "$toolchain"/*.partial "$toolchain/set-up.log"
}
