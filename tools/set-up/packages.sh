# shellcheck shell=bash
# The npm packages of package-lock.json. A copy of the lock inside node_modules tells what was installed: times of
# files say nothing after a checkout, and a removed node_modules takes the copy along.

packages_stamp=$root/node_modules/.installed-package-lock.json

packages_are_there() {
	cmp -s "$root/package-lock.json" "$packages_stamp"
}

# Where Node.js is missing or too old, its own obstacle says all.
packages_obstacle() {
	if [ "$node_from" = machine ] && ! command -v npm >/dev/null; then
		tell "npm is missing, though Node.js $machine_node is there." "Install npm; it comes with Node.js from https://nodejs.org/en/download."
	fi
}

bring_packages() {
	if ! node "$root/tools/set-up/installed-packages.ts" "$root"; then
		step "installing the npm packages" "30 s" "node_modules is not what package-lock.json says" install_packages
	fi
	cp "$root/package-lock.json" "$packages_stamp.partial"
	mv "$packages_stamp.partial" "$packages_stamp"
}

install_packages() {
	# Development packages are wanted even where NODE_ENV says production.
	cd "$root" && npm ci --include=dev --no-audit --no-fund
}
