# shellcheck shell=bash
# The stand-in's stacks and their configuration: a copy of the committed stack file that the stand-in can read.

# Published on purpose: they protect made-up values only. The salt belongs to the passphrase; the value is
# "<48 hex digits>.apps.googleusercontent.com", which every rule on external values accepts.
standin_passphrase=stand-in
standin_salt='v1:/XTrVs2loh8=:v1:G4twr87bBrTs55jk:dfKPquYZppr8LKv2IR+r+LdpCIJkGg=='
standin_value='v1:uE1jnLXHfukPoDqI:Ei+5Ne2Xwkb6wX4vRBvH6+1sl1oLebVbsRRvFZ0cG4vmOr4hJqGoU9udPlxN0fhgyoOV7K+M1P1+3OGRPMOEvnPK9HNW3R5qfkigui5kMADJoV1x/WUlZ518qA=='

# copy_stack_file FROM TO: values encrypted with the stand-in's own key stay; those of another key (a team's) become
# the made-up value, since the stand-in neither can nor should read them.
copy_stack_file() {
	local partial=$2.$$
	if grep -qxF "encryptionsalt: $standin_salt" "$1" && ! grep -qE '^secretsprovider:' "$1"; then
		cp "$1" "$partial"
	else
		{
			printf 'encryptionsalt: %s\n' "$standin_salt"
			sed -E \
				-e '/^(encryptionsalt|secretsprovider|encryptedkey):/d' \
				-e "s#(^|[[:space:]{,-])secure:[[:space:]]+[^[:space:],}]+#\\1secure: $standin_value#g" "$1"
		} >"$partial"
	fi
	mv "$partial" "$2"
}

# Sets stack to the one that the command is about: named, or selected earlier; empty if it needs none.
choose_stack() {
	stack=${stack##*/}
	if [ -z "$stack" ] && [ "$kind" != other ]; then
		stack=$(pulumi stack --show-name 2>/dev/null) || fail "which stack? None is named and none is selected." \
			"Add -s local (or staging, production), or select one: tools/pulumi-local stack select local"
	fi
}

# For a stack that has a file: makes the copy that the engine will read (its folder: config_dir) and, if it does not
# exist yet, the stack (then stack_made is set).
prepare_stack() {
	config_dir= stack_made=
	[ -n "$stack" ] || return 0
	local committed=${config_file:-$root/Pulumi.$stack.yaml} project state made
	project=$(awk '$1 == "name:" { print $2; exit }' "$root/Pulumi.yaml")
	state=$local_dir/pulumi/.pulumi/stacks/$project/$stack.json
	if ! [ -f "$committed" ]; then
		[ -f "$state" ] || no_such_stack
		return 0
	fi
	config_dir=$local_dir/config
	mkdir -p "$config_dir"
	copy_stack_file "$committed" "$config_dir/Pulumi.$stack.yaml"

	[ -f "$state" ] && return
	# Made beside the copy: the engine would write its salt into the committed file.
	cp "$root/Pulumi.yaml" "$config_dir/Pulumi.yaml"
	if ! made=$(pulumi stack init "$stack" --no-select --cwd "$config_dir" 2>&1 </dev/null); then
		fail "stack $stack could not be made:" "$made"
	fi
	stack_made=yes
}

# Unless the command is one that makes it.
no_such_stack() {
	case $command in
	" stack init "* | " stack select "*) return 0 ;;
	esac
	local file names=
	for file in "$root"/Pulumi.*.yaml; do
		file=${file##*/Pulumi.}
		names="$names${names:+, }${file%.yaml}"
	done
	fail "no stack named '$stack'. The stacks with a file Pulumi.<stack>.yaml are: $names" \
		"Another one is made by: tools/pulumi-local stack init $stack"
}
