/** What tells that a plain variable holds a secret: its name, or the form of its value. */
import { wordsIn } from "./variable-words.ts";

/** A part of a name that stands between its ends or underscores. */
const part = (...alternatives: string[]) =>
	new RegExp(`(?:^|_)(?:${alternatives.join("|")})(?:_|$)`);
const end = (...alternatives: string[]) =>
	new RegExp(`(?:^|_)(?:${alternatives.join("|")})$`);

/** Words that name a secret wherever they stand, such as `PGPASSWORD` and `SECRET_KEY_BASE`. */
const secretWords = part(
	"[A-Z0-9]*(?:SECRET|PASSWORD|PASSWD|PASSPHRASE|PASSCODE|CREDENTIAL)S?",
	"[A-Z0-9]*(?:TOKEN|PWD)",
	"(?:ACCESS|API|AUTH|BEARER|REFRESH)_TOKENS",
	"(?:ACCESS|API|AUTH|ENCRYPTION|FERNET|LICENSE|MASTER|PRIVATE|SECRET|SIGNING)_?KEYS?",
	"(?:ERLANG|RELEASE)_COOKIE",
);
/** Words that name a secret only as the last one: a `SALT` is one, and `SALT_ROUNDS` are none. */
const lastWords = end(
	"AUTH",
	"AUTHORIZATION",
	"KEYS?",
	"[A-Z0-9]*PASS",
	"PAT",
	"PEPPER",
	"SALTS?",
);
/** Keys that are made to be shown, and words that end like a secret's. */
const openLastWords = end(
	"(?:ANON|IDEMPOTENCY|PARTITION|PUBLIC|PUBLISHABLE|ROUTING|SITE|SORT)_KEYS?",
	"BYPASS",
	"COMPASS",
);
/** What a bundler writes into the pages that browsers get. */
const inBrowsers =
	/^(?:NEXT_PUBLIC|NUXT_PUBLIC|EXPO_PUBLIC|PUBLIC|VITE|REACT_APP|GATSBY)_/;

/**
 * The last words of names that tell something about a secret and hold none: how long it lasts, where it is made, what
 * it is called. A name's last word says what the variable is; those before it say of what.
 */
const aboutSecrets = end(
	// Times and amounts.
	"TTL|AGE|EXPIRY|EXPIRES?|EXPIRES_IN|EXPIRATION|LIFETIME|LIFESPAN|TO_LIVE|DURATION|INTERVAL|TIMEOUT|PERIOD|LEEWAY",
	"MS|MILLIS|MILLISECONDS|SECS?|SECONDS?|MINS?|MINUTES?|HOURS?|DAYS?|WEEKS?",
	"LENGTH|LEN|SIZE|COUNT|LIMIT|MAX|QUOTA|RATE|ROUNDS|ITERATIONS|STRENGTH|BITS|BYTES|ATTEMPTS|RETRIES|THRESHOLD",
	// Addresses and files.
	"URL|URI|ENDPOINT|HOST|PORT|PATH|DIR|DIRECTORY|FILE|FILENAME|DOMAIN|ISSUER|AUDIENCE|REGION|LOCATION",
	// Names of things.
	"NAME|PREFIX|SUFFIX|HEADER|FIELD|COLUMN|CLAIM|SCOPES?|(?:CLIENT|KEY|PROJECT|TENANT)_IDS?",
	// Kinds and settings.
	"ALG|ALGO|ALGORITHMS?|HASHERS?|CURVE|TYPE|FORMAT|ENCODING|SCHEME|METHOD|MODE|POLICY|STRATEGY|PROVIDER|ENGINE|CLASS|PATTERN|REGEX|VALIDATORS?|COMPLEXITY|ROTATION|(?:ALLOW|BLOCK|DENY)_?LIST",
	// Switches.
	"ENABLED?|DISABLED?|REQUIRED?|ALLOWED|OPTIONAL|SECURE|SAME_?SITE|HTTP_?ONLY",
);

/** Shells keep the folder they are in under these names. */
const folders = /^(?:OLD)?PWD$/;

/** True if a variable of this name should hold a secret and must not be a plain value. */
export function isSecretName(variable: string): boolean {
	const words = wordsIn(variable);
	if (folders.test(words) || aboutSecrets.test(words)) {
		return false;
	}
	return (
		secretWords.test(words) ||
		(lastWords.test(words) &&
			!openLastWords.test(words) &&
			!inBrowsers.test(words))
	);
}

/** A password in a URL's user info; digits that end the host are a port. */
const loginInUrl =
	/(?::\/\/(?!\[)[^\s/?#@:]*:(?!\d{1,5}(?:[/?#,;\s]|$))[^\s"'<>]+@|^[^\s:/@]+:\S+@(?:tcp|unix)?\()/;
/** A password as a parameter of a URL, of a connection's description or of a header. */
const namedSecret =
	/(?:^|[?&;,\s{"'])[\w.-]*(?:password|passwd|pwd|passphrase|secret|token|api[-_]?key|(?:access|account)[-_]?key)(?:\s*=\s*|["']\s*:\s*)["']?(?!(?:true|false|null|\{\w+\}|\$\{\w+\}|%s)?(?:$|[\s"'&;,}]))/i;
/** The value of a header that logs in. */
const authorization =
	/(?:authorization|x-[\w-]*(?:key|token|secret))["']?\s*[=:]\s*["']?\S|^(?:bearer|basic)(?:\s|%20)+(?=\S*[\d._~+/=]|\S{20})\S{8,}$/i;
const privateKey = /-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----/;
/** Tokens whose issuers begin them so that they are found: OpenAI, Stripe, GitHub, GitLab, Slack, SendGrid. */
const issuedToken =
	/(?:^|[^\w-])(?:(?:sk|rk)[-_](?=\S*\d)[\w-]{16,}|gh[opsu]_\w{30,}|github_pat_\w{30,}|glpat-[\w-]{16,}|xox[abeoprs]-[\w-]{10,}|SG\.[\w-]{16,}\.[\w-]{16,})/;

/** True if a value is a secret or has one in it, whatever its variable is called. */
export function carriesSecret(value: string): boolean {
	return [loginInUrl, namedSecret, authorization, privateKey, issuedToken].some(
		(form) => form.test(value),
	);
}

/** A part of a template, with the rest of the word that it stands in. */
const partInWord =
	/[^\s"'&;,=:@/?{}]*\{[a-z][a-z0-9.-]*\}(?:[^\s"'&;,=:@/?{}]|\{[a-z][a-z0-9.-]*\})*/g;

/** True if the fixed text of a template has a secret in it. The value of a header may be a part: it is not looked at. */
export function fixedTextCarriesSecret(template: string): boolean {
	const [without, standIns] = ["", "{part}"].map((text) =>
		template.replace(partInWord, text),
	) as [string, string];
	return (
		loginInUrl.test(without) ||
		[namedSecret, privateKey, issuedToken].some((form) => form.test(standIns))
	);
}

/**
 * What tells that a variable holds a secret; undefined if nothing does. A switch holds none, whatever it switches.
 * @param value undefined while it is unknown
 */
export function secretSign(
	variable: string,
	value: string | undefined,
): "name" | "value" | undefined {
	if (value !== undefined && /^(?:true|false)$/i.test(value.trim())) {
		return undefined;
	}
	if (isSecretName(variable)) {
		return "name";
	}
	return value !== undefined && carriesSecret(value) ? "value" : undefined;
}
