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

	local_dir=${NETRA_LOCAL_DIR:-$root/.local}
	mkdir -p "$local_dir"
	local_dir=$(cd "$local_dir" && pwd -P)
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
