# shellcheck shell=bash
# Node.js: the machine's, if it runs TypeScript files as they are; else one from npm, pinned for each platform by
# tools/node/<platform>/package-lock.json.

minimum_node=22.18.0
toolchain_node=$toolchain/node/node_modules/.bin
node_from=machine

node_is_there() {
	node_from=machine
	machine_node=$(node --version 2>/dev/null) && at_least "$machine_node" "$minimum_node" && return
	node_from=toolchain
	pinned_node=$root/tools/node/$(platform)
	cmp -s "$pinned_node/package-lock.json" "$toolchain/node/package-lock.json" && [ -x "$toolchain_node/node" ]
}

# As npm's packages of Node.js call it: linux-x64.
platform() {
	uname -sm | sed 's/Linux /linux-/; s/x86_64/x64/; s/aarch64/arm64/'
}

# Tells what stands in the way of bringing one, if anything does.
node_obstacle() {
	local remedy="Install Node.js 24, which brings npm, from https://nodejs.org/en/download."
	if [ -z "$machine_node" ]; then
		tell "Node.js is missing." "$remedy"
	elif ! command -v npm >/dev/null; then
		tell "$(node_fault); and there is no npm to bring one with." "$remedy"
	elif [ ! -d "$pinned_node" ]; then
		tell "$(node_fault); and npm has none for this platform ($(uname -sm))." "$remedy"
	fi
}

node_fault() {
	echo "Node.js is $machine_node, needed is $minimum_node or newer"
}

bring_node() {
	step "bringing Node.js 24" "15 s" "$(node_fault)" install_node
}

install_node() {
	local partial=$toolchain/node.partial
	rm -rf "$partial"
	mkdir -p "$partial" && cp "$pinned_node"/package*.json "$partial" || return
	# Not by --prefix, with which npm does not read the machine's own npmrc (registry, certificates).
	(cd "$partial" && npm ci --no-audit --no-fund) && "$partial/node_modules/.bin/node" --version || return
	rm -rf "$toolchain/node" && mv "$partial" "$toolchain/node"
}
