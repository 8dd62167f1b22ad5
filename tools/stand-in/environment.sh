# shellcheck shell=bash
# The surroundings of an engine that must not reach a real account: its state, its login and its providers are the stand-in's.

# fail FACT [REMEDY…]: a mistake in how the command was called.
fail() {
	printf 'pulumi-local: %s\n' "$1" >&2
	shift
	[ $# -eq 0 ] || printf '              %s\n' "$@" >&2
	exit 1
}

# enter_stand_in DIRECTORIES: DIRECTORIES are those of the toolchain.
enter_stand_in() {
	local name
	# The user's own login, default stack, engine options and cloud credentials have no business here.
	for name in $(compgen -e | grep -E '^(PULUMI|GOOGLE|GCLOUD|CLOUDSDK)_' || true); do
		unset "$name"
	done

	take_folder "${NETRA_LOCAL_DIR:-$root/.local}"
	mkdir -p "$local_dir/pulumi" "$local_dir/home"
	export NETRA_LOCAL_DIR=$local_dir

	export PATH=$1:$PATH
	export PULUMI_HOME=$local_dir/home
	install_providers
	serve_rest
	export PULUMI_BACKEND_URL=file://$local_dir/pulumi
	export PULUMI_CONFIG_PASSPHRASE=$standin_passphrase
	export PULUMI_SKIP_UPDATE_CHECK=true
	# A provider that the stand-in lacks must be an error, not a download of the real one.
	export PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION=true
	# Nor is a real one that lies on the user's PATH wanted.
	export PULUMI_IGNORE_AMBIENT_PLUGINS=true
	# `config set --secret` then uses the key that the stack was made with.
	export PULUMI_FALLBACK_TO_STATE_SECRETS_MANAGER=true
	# Compiled once and kept: half a second less for each command, which starts four programs of Node.js.
	export NODE_COMPILE_CACHE=$local_dir/compile-cache
	# The engine collects garbage less often than Go would: a sixth less of processor time for an update, for some 100 MiB.
	export GOGC=${GOGC:-400}
	# Offers --event-log, from which the binding report is made.
	export PULUMI_DEBUG_COMMANDS=true
}

# The program asks the REST APIs what no data source tells. The gcp provider answers them while the command lasts, at an
# address that both read from the real provider's own variables; the token is this command's alone.
serve_rest() {
	local port
	# Below the ports that the system gives away. That nothing listens is seen by a connection that fails.
	for _ in 1 2 3 4 5; do
		port=$((20000 + RANDOM % 12000))
		(: </dev/tcp/127.0.0.1/$port) 2>/dev/null || break
	done
	GOOGLE_OAUTH_ACCESS_TOKEN=$(od -An -N24 -tx1 /dev/urandom | tr -d ' \n')
	export GOOGLE_OAUTH_ACCESS_TOKEN
	export GOOGLE_CLOUD_RUN_V2_CUSTOM_ENDPOINT=http://127.0.0.1:$port/v2/
	export GOOGLE_SECRET_MANAGER_CUSTOM_ENDPOINT=http://127.0.0.1:$port/v1/
}

# take_folder PATH: makes the stand-in's folder, which holds its state under a published passphrase, or takes the one that is
# there. Sets local_dir to where it really lies. Nobody else can look into it before anything is written: the same rules as in
# local/own-folder.ts.
take_folder() {
	local path=$1
	# With a slash at its end a link would look like the folder that it leads to.
	while [ "${path%/}" != "$path" ] && [ "$path" != / ]; do path=${path%/}; done
	# Whatever a command writes here is its user's alone, new folders above it too.
	umask 077
	mkdir -p "$path" 2>/dev/null || true
	if [ -L "$path" ]; then
		refuse_folder "$path" "is a link" "Set NETRA_LOCAL_DIR to the folder itself: $(readlink "$path")"
	elif [ ! -d "$path" ]; then
		refuse_folder "$path" "could not be made"
	elif [ ! -O "$path" ]; then
		refuse_folder "$path" "belongs to another user of this machine"
	fi
	local_dir=$(cd "$path" && pwd -P)
	require_safe_parents "$local_dir"
	chmod 700 "$local_dir"
	case $(LC_ALL=C ls -ldn "$local_dir") in
	drwx------*) ;;
	*) refuse_folder "$local_dir" "cannot be closed to other users of this machine" ;;
	esac
}

# Who can change a folder above it can put another one in its place. Those of the checkout do not count: who can change them
# can change the program itself.
require_safe_parents() {
	local path=$1 mode owner
	until [ "$path" = / ]; do
		path=$(dirname "$path")
		case $root/ in "${path%/}/"*) return ;; esac
		read -r mode _ owner _ <<<"$(LC_ALL=C ls -ldn "$path")"
		case $owner in 0 | "$EUID") ;; *) refuse_folder "$1" "lies in $path, which belongs to another user of this machine" ;; esac
		case $mode in
		?????-??-* | ?????????[tT]*) ;;
		*) refuse_folder "$1" "lies in $path, which other users of this machine can change" ;;
		esac
	done
}

# refuse_folder PATH FACT [REMEDY]
refuse_folder() {
	fail "the stand-in's folder $1 $2, and its secrets could be read there." \
		"${3:-Set NETRA_LOCAL_DIR to a folder of your own, or remove this one.}"
}

# The engine takes the providers in its home for the installed ones, of the version that the npm package asks for. From
# PATH it would take them too, but with a warning each time.
install_providers() {
	local name version provider plugin
	for name in gcp random; do
		version=$(sed -n '/"version"/{s/.*: "v\{0,1\}\([^"]*\)".*/\1/p;q;}' "$root/node_modules/@pulumi/$name/package.json")
		provider=$root/local/bin/pulumi-resource-$name
		plugin=$PULUMI_HOME/plugins/resource-$name-v$version/pulumi-resource-$name
		[ "$provider" -ef "$plugin" ] && continue
		mkdir -p "${plugin%/*}"
		ln -sf "$provider" "$plugin"
	done
}
