# shellcheck shell=bash
# How the engine and its two hosts are built, from what tools/engine and tools/language-host pin.

# build_pulumi FOLDER: the engine, and the policy host, which is a script in the engine's SDK.
build_pulumi() {
	cd "$root/tools/engine" || return
	local version sdk
	version=$(awk '$1 == "github.com/pulumi/pulumi/pkg/v3" { print $2 }' go.mod)
	go_pinned build -trimpath -o "$1/pulumi" \
		-ldflags "-s -w -X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=$version" \
		github.com/pulumi/pulumi/pkg/v3/cmd/pulumi || return
	sdk=$(go_pinned list -m -f '{{.Dir}}' github.com/pulumi/pulumi/sdk/v3) || return
	cp "$sdk/nodejs/dist/pulumi-analyzer-policy" "$1/" && chmod 755 "$1/pulumi-analyzer-policy"
}

# build_language_host FOLDER: the last version of its module that has it.
build_language_host() {
	cd "$root/tools/language-host" || return
	go_pinned build -trimpath -o "$1/language-host" -ldflags "-s -w" \
		github.com/pulumi/pulumi/sdk/v3/nodejs/cmd/pulumi-language-nodejs || return
	# This host knows runtime options as flags only, and the engine does not pass Pulumi.yaml's so any more. Without
	# this one it loads ts-node, which costs each command a second: it also maps every stack trace.
	printf '#!/bin/sh\nexec "${0%%/*}/language-host" -typescript=false "$@"\n' >"$1/pulumi-language-nodejs" &&
		chmod 755 "$1/pulumi-language-nodejs"
}

# go as the pinned modules want it, whatever the user's own settings say about flags, workspaces, toolchains and targets.
go_pinned() {
	env -u GOOS -u GOARCH -u GO111MODULE GOFLAGS=-mod=readonly GOTOOLCHAIN=auto GOWORK=off go "$@"
}
