# shellcheck shell=bash
# Which commands would encrypt a value with the stand-in's key. That key is published: in a committed file everybody could
# read the value. The stack local alone may hold such values, since they are made up.

# Whether the command writes encrypted values into a stack's file.
encrypts_values() {
	case $(config_command) in
	set) [[ " $secret_flags" == *" --secret"* ]] ;;
	# In the JSON of `set-all --json` a value may be marked as a secret.
	set-all) [ -n "$secret_flags" ] ;;
	# What they copy is encrypted anew, or is what the stand-in put in place of the team's values.
	cp | refresh) true ;;
	*) false ;;
	esac
}

# The subcommand of `config`, whatever flags with a value stand around it. Runs in a subshell.
config_command() {
	local word is_config=
	set -f
	for word in $command; do
		case $is_config$word in
		config) is_config=yes: ;;
		yes:set | yes:set-all | yes:cp | yes:refresh | yes:get | yes:rm | yes:rm-all | yes:env) printf '%s\n' "$word" && return ;;
		esac
	done
}

# After the stack is known.
refuse_published_secrets() {
	case $command in
	*" stack change-secrets-provider "*)
		fail "the stand-in has one key, and it is published: it is changed for no stack." \
			"On the real project: pulumi stack change-secrets-provider gcpkms://<key> -s <stack>"
		;;
	esac
	[ "$kind" = secret ] || return 0
	if [ -n "$flag_cluster" ]; then
		fail "$flag_cluster could name a stack: write each flag of a command that encrypts values on its own."
	fi
	if [ -n "$config_file" ]; then
		fail "--config-file is refused where values are encrypted: the stand-in's key is published, and the file may be another stack's." \
			"Leave it out: with -s local the value goes into Pulumi.local.yaml."
	fi
	case $(config_command):$stack in
	cp:*)
		fail "config cp is refused: it would encrypt secrets with the stand-in's key, which is published." \
			"Set plain values one by one: tools/pulumi-local config set <key> <value> -s <stack>"
		;;
	*:local) ;;
	refresh:*)
		fail "config refresh is refused for stack $stack: it would put the stand-in's values in place of the team's secrets." \
			"On the real project: pulumi config refresh -s $stack"
		;;
	*)
		fail "no secret of stack $stack is set here: the stand-in's key is published, and Pulumi.$stack.yaml is committed." \
			"On the real project, with the team's key: pulumi config set --secret <key> -s $stack" \
			"To try a made-up value: tools/pulumi-local config set --secret <key> <value> -s local"
		;;
	esac
}
