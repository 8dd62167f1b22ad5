/** What no value of a secret may look like, whoever made it. A finding never repeats the value. */
import type { Environment, SecretContract, SecretSource } from "./schema.ts";

/**
 * Whole words that stand for a value somebody meant to fill in. Matched as words, since a generated value
 * hits short words by chance.
 */
const placeholderWords =
	/(?:^|[^a-z0-9])(?:change[-_ ]?me|replace(?:[-_ ]?me)?|todo|fixme|tbd|example|dummy|placeholder|sample|insert[-_ ]here|xxx+)(?:$|[^a-z0-9])/i;
const placeholderStarts =
	/^(?:your[-_ ]|my[-_ ](?:secret|password|key)|<.*>$|\$\{|\{\{)/i;

const loopbackHosts =
	/(?:^|[/@,\s=])(?:localhost|127(?:\.\d{1,3}){1,3}|0\.0\.0\.0|\[?::1\]?|\[?::\]?|\[?::ffff:127(?:\.\d{1,3}){3}\]?|host\.docker\.internal)\.?(?=$|[:/?#,\s])/i;

/** True if a value is a placeholder that somebody meant to replace. */
export function isPlaceholder(value: string): boolean {
	return placeholderWords.test(value) || placeholderStarts.test(value);
}

/**
 * True if a value points at the machine itself: a loopback host alone, in a URL, or in a list. Every spelling
 * counts that resolvers take: `127.1`, `0.0.0.0`, `[::1]`, a trailing dot.
 */
export function pointsAtLoopback(value: string): boolean {
	return loopbackHosts.test(value.trim());
}

const secretWords =
	/(?:^|_)(?:SECRET|PASSWORD|PASSWD|TOKEN|API_KEY|PRIVATE_KEY|SECRET_KEY|FERNET_KEY|CREDENTIALS?)(?:_|$)/;

/** True if a variable of this name should hold a secret and must not be a plain value. */
export function isSecretName(variable: string): boolean {
	return secretWords.test(variable);
}

/** What kind of value it is, since a PEM file may hold line feeds and a port may be short. */
export type ValueKind = "key" | "password" | "pem" | "url" | "text";

const minimalLength: Record<ValueKind, number> = {
	key: 32,
	password: 8,
	pem: 1,
	url: 1,
	text: 1,
};

/**
 * Everything that is wrong with a value, in words that do not repeat it.
 * @param loopbackAllowed true only in the local environment
 */
export function valueProblems(
	value: string,
	kind: ValueKind,
	loopbackAllowed: boolean,
): string[] {
	if (value === "") {
		return ["is empty"];
	}
	const problems: string[] = [];
	const trimmed = kind === "pem" ? value.replace(/\n$/, "") : value;
	if (trimmed.trim() === "") {
		return ["is nothing but whitespace"];
	}
	if (trimmed !== trimmed.trim()) {
		problems.push("begins or ends with whitespace");
	}
	const withoutLineFeeds =
		kind === "pem" ? trimmed.replaceAll("\n", "") : trimmed;
	if (/\p{Cc}/u.test(withoutLineFeeds)) {
		problems.push("holds a control character");
	}
	if (isPlaceholder(value)) {
		problems.push("is a placeholder");
	}
	if (!loopbackAllowed && kind !== "pem" && pointsAtLoopback(value)) {
		problems.push("points at loopback");
	}
	if (value.length < minimalLength[kind]) {
		problems.push(`is shorter than ${minimalLength[kind]} characters`);
	}
	return problems;
}

const kinds: Record<SecretSource["from"], ValueKind> = {
	"database.url": "url",
	"database.host": "text",
	"database.port": "text",
	"database.name": "text",
	"database.user": "text",
	"database.password": "password",
	"redis.url": "url",
	"redis.ca": "pem",
	"clickhouse.url": "url",
	"generated.hex64": "key",
	"generated.fernet": "key",
	constant: "text",
	external: "password",
};

/**
 * Everything that is wrong with the value of one of the contract's secrets in an environment, in words that do
 * not repeat the value.
 */
export function secretValueProblems(
	{ source }: SecretContract,
	value: string,
	environment: Environment,
): string[] {
	const problems = valueProblems(
		value,
		kinds[source.from],
		environment === "local",
	);
	if (source.from === "external") {
		if (source.endsIn !== undefined && !value.endsWith(source.endsIn)) {
			problems.push(`does not end in '${source.endsIn}'`);
		}
		if (source.minLength !== undefined && value.length < source.minLength) {
			problems.push(`is shorter than ${source.minLength} characters`);
		}
	}
	return problems;
}
