# shellcheck shell=bash
# The Pulumi engine with its Node.js language host and policy host: the machine's, if new enough and complete; else
# built from the Go modules that tools/engine and tools/language-host pin.

minimum_pulumi=3.220.0
minimum_go=1.24
toolchain_engine=$toolchain/engine
engine_from=machine

engine_is_there() {
	engine_from=machine
	machine_engine_is_good && return
	engine_from=toolchain
	engine_recipe | cmp -s - "$toolchain_engine/recipe"
}

# All that decides what is built: when it changes, it is built again.
engine_recipe() {
	cat "$root/tools/set-up/build-engine.sh" "$root/tools/engine/go.mod" "$root/tools/language-host/go.mod"
}

# Sets engine_fault to what is wrong with the machine's own, in words.
machine_engine_is_good() {
	local pulumi version host
	pulumi=$(type -P pulumi) || pulumi=
	# Inside tools/with-toolchain, the pulumi on PATH is the one that was built.
	if [ -z "$pulumi" ] || [ "$pulumi" = "$toolchain_engine/pulumi" ]; then
		engine_fault="there is no pulumi on PATH"
		return 1
	fi
	version=$(pulumi_version "$pulumi")
	if ! at_least "$version" "$minimum_pulumi"; then
		engine_fault="$pulumi is ${version:-broken}, needed is $minimum_pulumi or newer"
		return 1
	fi
	for host in pulumi-language-nodejs pulumi-analyzer-policy; do
		if [ ! -x "$(dirname "$(readlink -f "$pulumi")")/$host" ]; then
			engine_fault="$pulumi is $version, but $host is not beside it"
			return 1
		fi
	done
}

# Asking the engine takes a tenth of a second: the answer is kept for as long as the file stays the same.
pulumi_version() {
	local cache=$toolchain/pulumi-version file version
	file=$(ls -liL "$1")
	if [ -r "$cache" ] && [ "$(sed 1d "$cache")" = "$file" ]; then
		sed 1q "$cache"
		return
	fi
	version=$(PULUMI_SKIP_UPDATE_CHECK=true "$1" version 2>/dev/null) || return 0
	mkdir -p "$toolchain"
	printf '%s\n%s\n' "$version" "$file" >"$cache.$$"
	mv "$cache.$$" "$cache"
	printf '%s\n' "$version"
}

# Tells what stands in the way of building one, if anything does.
engine_obstacle() {
	command -v go >/dev/null || tell "the Pulumi engine is missing: $engine_fault; and there is no Go to build it with." \
		"Install Pulumi $minimum_pulumi or newer from https://www.pulumi.com/docs/install/," \
		"or Go $minimum_go or newer from https://go.dev/dl/ (set-up then builds the engine once, in some minutes)."
}

bring_engine() {
	local partial=$toolchain_engine.partial
	rm -rf "$partial"
	mkdir -p "$partial"
	step "building the Pulumi engine, once" "2 minutes" "$engine_fault" build_pulumi "$partial"
	step "building its Node.js language host, once" "20 s" "the engine needs one" build_language_host "$partial"
	engine_recipe >"$partial/recipe"
	rm -rf "$toolchain_engine"
	mv "$partial" "$toolchain_engine"
}
