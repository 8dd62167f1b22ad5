# shellcheck shell=bash
# Reads the arguments of tools/pulumi-local and adds what the stand-in and the policies need.

# Sets arguments (as given, paths made absolute), command (its words), kind, stack, config_file, has_policy_pack, wants_help,
# secret_flags (those of `config` that encrypt values), flag_cluster (one that may hide a stack's name).
read_arguments() {
	arguments=() command= kind=other stack= config_file= has_policy_pack= wants_help= secret_flags= flag_cluster=
	local flag value
	while [ $# -gt 0 ]; do
		flag=$1
		shift
		case $flag in
		--) arguments+=(-- "$@") && break ;;
		-h | --help) wants_help=yes && arguments+=("$flag") && continue ;;
		-s | --stack | -C | --cwd | --config-file | --policy-pack | --policy-pack-config | --color | -v | --verbose | --tracing | --profiling)
			[ $# -gt 0 ] || fail "$flag needs a value."
			value=$1
			shift
			;;
		--stack=* | --cwd=* | --config-file=* | --policy-pack=* | --policy-pack-config=*) value=${flag#*=} flag=${flag%%=*} ;;
		-s* | -C*) value=${flag#-?} value=${value#=} flag=${flag:0:2} ;;
		-*)
			note_flag "$flag"
			arguments+=("$flag") && continue
			;;
		*) command="$command $flag" && arguments+=("$flag") && continue ;;
		esac
		take_flag "$flag" "$value"
	done
	command="$command "
	case $command in
	" preview "* | " pre "* | " up "* | " update "* | " refresh "* | " destroy "* | " down "* | " import "* | " watch "*) kind=operation ;;
	" config set "* | " config set-all "* | " config rm "* | " config rm-all "* | " config cp "* | " config refresh "* | " config env "*) ;;
	" config "*) kind=reading ;;
	" stack init "?* | " stack select "?*)
		value=${command#" stack init "} value=${value#" stack select "}
		stack=${stack:-${value%% *}}
		;;
	esac
	if encrypts_values; then kind=secret; fi
}

# note_flag FLAG: one that is passed on as it is.
note_flag() {
	case $1 in
	--secret=[0fF] | --secret=false | --secret=FALSE | --secret=False) ;;
	--secret | --secret=* | --json | --json=*) secret_flags="$secret_flags $1" ;;
	-[!-v]?*) flag_cluster=$1 ;;
	esac
}

# take_flag FLAG VALUE: notes what matters here, passes on what pulumi should see.
take_flag() {
	case $1 in
	-s | --stack) stack=$2 && arguments+=("--stack=$2") ;;
	-C | --cwd) fail "$1 is not possible here: the command always runs in this checkout." ;;
	--config-file) config_file=$(absolute_path "$2") ;;
	--policy-pack) has_policy_pack=yes && arguments+=("--policy-pack=$(absolute_path "$2")") ;;
	--policy-pack-config) fail "--policy-pack-config is refused: policy configuration can weaken or switch off a rule." \
		"Leave it out. A rule that is wrong is changed in policies/, where its owners review it." ;;
	*) arguments+=("$1" "$2") ;;
	esac
}

# A path relative to the caller's directory or, if nothing is there, to the checkout.
absolute_path() {
	case $1 in
	/*) printf '%s\n' "$1" ;;
	*) if [ -e "$1" ]; then printf '%s\n' "$PWD/$1"; else printf '%s\n' "$root/$1"; fi ;;
	esac
}

# Flags with = only: the engine takes the word after an unknown flag for its value while it looks for the command.
add_arguments() {
	local added=()
	case $kind in
	operation | reading)
		if [ -n "$config_dir" ]; then added+=("--config-file=$config_dir/Pulumi.$stack.yaml"); fi
		;;
	*) if [ -n "$config_file" ]; then added+=("--config-file=$config_file"); fi ;;
	esac
	case $command in
	" preview "* | " pre "* | " up "* | " update "*)
		if [ -z "$has_policy_pack" ]; then added+=("--policy-pack=$root/policies"); fi
		;;
	# The engine would refuse to make what has just been made; what is left of `init` is to select it.
	" stack init "*) if [ -n "$stack_made" ]; then arguments=(stack select "$stack"); fi ;;
	# Otherwise the engine deletes the committed stack file along with the stack.
	" stack rm "*) added+=(--preserve-config=true) ;;
	esac
	arguments=(${added[@]+"${added[@]}"} ${arguments[@]+"${arguments[@]}"})
}
