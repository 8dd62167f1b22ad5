/** Addresses that lead nowhere but to the machine itself. */
import { wordsIn } from "./variable-words.ts";

const before = String.raw`(?:^|[/@,;\s='"([{|])`;
const after = String.raw`(?=$|[:/?#,;&\s'")\]}|])`;
const loopbackHosts = new RegExp(
	String.raw`${before}(?:localhost(?:\.localdomain)?|ip6-(?:localhost|loopback)|127(?:\.\d{1,3}){1,3}|0\.0\.0\.0|\[?::1\]?|\[?::\]?|\[?::ffff:127(?:\.\d{1,3}){3}\]?|host\.docker\.internal)\.?${after}`,
	"i",
);

/** Every address of the machine, with or without a port: a process listens there, and nobody can call it. */
const everyAddress = String.raw`(?:0\.0\.0\.0|\[::\]|::)(?::\d{1,5})?`;
const listensAt = new RegExp(`^${everyAddress}$`);
/** A range of addresses that takes in all of them, as an item of a list. */
const everyRange = /(^|[,;\s])(?:0\.0\.0\.0|::)\/0(?=$|[,;\s])/g;

/** In a URL that names PostgreSQL's socket, the host is there for parsers that demand one: the parameter wins over it. */
const hostOfSocket =
	/^(postgres(?:ql)?:\/\/[^@/?#\s]*@)localhost(?=\/[^?#\s]*\?host=(?:\/|%2F)[^\s]*$)/i;

/** Names under which processes look for the address they listen at; a store's or sibling's `…_HOST` is none. */
const listenNames = [
	/^(?:(?:SERVER|HTTPS?|WEB)_)*(?:HOST|HOSTNAME|ADDR|ADDRESS|IP|INTERFACE)$/,
	/(?:^|_)(?:LISTEN|LISTENER|BIND)(?:_(?:HOST|ADDR|ADDRESS|IP|INTERFACE))?$/,
	/^(?:DAPHNE|FLASK_RUN|GUNICORN|HYPERCORN|NITRO|NUXT|UVICORN|VITE|GF_SERVER_HTTP|KC_HTTP)_(?:HOST|ADDR|ADDRESS)$/,
];
/** The options of programs for the same: `--host 0.0.0.0`, `-b [::]:8080`. */
const listenOption = new RegExp(
	String.raw`(^|\s)(?:--(?:host|hostname|bind|address|addr|listen|(?:listen|bind)-(?:host|address|addr))|-[bH])[\s=]+["']?${everyAddress}(?=$|["'\s])`,
	"g",
);

/** Programs that call the host which `--host` names. */
const clients =
	/(?:^|[\s/])(?:psql|pg_\w+|mysql\w*|mariadb\S*|redis-cli|clickhouse-client|mongo\w*|curl|wget|nc)(?=$|\s)/;

/**
 * True if a value points at the machine itself: a loopback host alone, in a URL, or in a list. Every spelling
 * counts that resolvers take: `127.1`, `0.0.0.0`, `[::1]`, a trailing dot.
 * @param variable the variable that holds it, since `HOST=0.0.0.0` says where a process listens
 */
export function pointsAtLoopback(value: string, variable?: string): boolean {
	const text = value.trim().replace(hostOfSocket, "$1");
	const listens =
		variable !== undefined &&
		listensAt.test(text) &&
		listenNames.some((form) => form.test(wordsIn(variable)));
	return !listens && loopbackHosts.test(text.replaceAll(everyRange, "$1"));
}

/** True if a command or its arguments point at the machine itself, other than to listen there. */
export function commandPointsAtLoopback(words: readonly string[]): boolean {
	const line = words.join(" ");
	return pointsAtLoopback(
		clients.test(line) ? line : line.replaceAll(listenOption, "$1"),
	);
}
