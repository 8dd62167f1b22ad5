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

/**
 * In a URL that names a socket among its parameters, the host is there for parsers that demand one: the parameter wins
 * over it, whatever the scheme (`ecto`'s is `socket_dir`).
 */
const hostOfSocket =
	/([a-z][a-z0-9+.-]*:\/\/[^@/?#\s"']*@)localhost(?::\d+)?(?=\/[^?#\s"']*\?(?:[^#\s"']*&)?(?:host|socket|socket_dir|unixSocketPath)=(?:\/|%2F))/gi;

/** Stores, and others that are called: at their names stands whom a process calls, elsewhere where it listens. */
const calledNames =
	/(?:^|_)(?:[A-Z0-9]*(?:DB|DATABASE|SQL|PG|POSTGRES\w*|MYSQL|MARIADB|REDIS|VALKEY|MEMCACHED?|CLICKHOUSE|MONGO\w*|SMTP|MAIL\w*|EMAIL|BROKER|AMQP|RABBITMQ|KAFKA|NATS|ELASTIC\w*|SEARCH|SOLR|LDAP|VAULT|CONSUL|ETCD|SENTRY|OTEL|STATSD|S3|MINIO)|PGHOST|QUEUE|UPSTREAM|BACKEND|REMOTE|TARGET|PEER|CLIENT|CONNECTION|CONNECT|DSN|URL|URI|ENDPOINT)(?:_|$)/;
/** Names under which processes look for whole URLs that they listen at, and programs for their options. */
const listenNames =
	/(?:^|_)(?:LISTEN|LISTENER|BIND)(?:_|$)|^(?:ASPNETCORE|DOTNET)_URLS$/;
const listenUrls = new RegExp(
	String.raw`^(?:[a-z]+:\/\/${everyAddress}\/?(?:[;,]|$))+$`,
	"i",
);
/** Who is trusted, and who is called without a proxy: nobody is called by what stands there. */
const trustNames =
	/(?:^|_)(?:NO_PROXY|TRUSTED_(?:PROXY|PROXIES|HOSTS?|IPS?|ORIGINS)|ALLOWED_HOSTS|FORWARDED_ALLOW_IPS)$/;
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
 * @param variable the variable that holds it: `APP_HOST=0.0.0.0` says where a process listens, `DB_HOST=0.0.0.0` whom it calls
 */
export function pointsAtLoopback(value: string, variable?: string): boolean {
	const text = value.trim().replaceAll(hostOfSocket, "$1");
	const words = variable === undefined ? undefined : wordsIn(variable);
	const listens =
		words !== undefined &&
		(trustNames.test(words) ||
			(listensAt.test(text) && !calledNames.test(words)) ||
			(listenUrls.test(text) && listenNames.test(words)));
	return (
		!listens &&
		loopbackHosts.test(withoutListening(text.replaceAll(everyRange, "$1")))
	);
}

/** A command line without the options by which a program is told where to listen. */
const withoutListening = (line: string) =>
	clients.test(line) ? line : line.replaceAll(listenOption, "$1");

/** True if a command or its arguments point at the machine itself, other than to listen there. */
export const commandPointsAtLoopback = (words: readonly string[]): boolean =>
	pointsAtLoopback(words.join(" "));
