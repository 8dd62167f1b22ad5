/** Values that somebody meant to fill in. */

/** What stands beside a word of its own. A generated value hits short words by chance, so no word counts in another one. */
const own = (words: string, flags = "i") =>
	new RegExp(`(?:^|[^A-Za-z0-9])(?:${words})(?:$|[^A-Za-z0-9])`, flags);

/** Nobody writes these but to have them replaced. */
const never = own(
	"change[-_ ]?me|replace[-_ ]?me|fixme|tbd|insert[-_ ]here|xxx+|your[-_][\\w-]*[-_]here",
);
/** Words of ordinary language as well. */
const inValues = "example|dummy|placeholder";
/** Of these, names are made too: `todo-app`, `sample_rate`. */
const inNames = "todo|sample|replace";
const ordinary = `${inValues}|${inNames}`;

const anyOrdinary = own(ordinary);
const capitals = own(ordinary.toUpperCase(), "");
const ownOrdinary = new RegExp(
	`(?:^|[,;=:@'"]|//)(?:${inNames})(?=$|[,;:@'"/?&])`,
	"i",
);
const compoundOrdinary = own(inValues);

const starts = /^(?:your[-_ ]|my[-_ ](?:secret|password|key)|<.*>$|\$\{|\{\{)/i;
/** The same of a text, which may be HTML. */
const textStarts =
	/^(?:your[-_]|my[-_](?:secret|password|key)|<[^<>]*>$|\$\{|\{\{)/i;
/** The same of a text of several words, which may begin so: `Your company`. */
const sentences =
	/^(?:my (?:secret|password|key)|your .*\b(?:here|password|secret|key|token|domain|host|url|email|name|value|id))\W*$/i;
/** Within a URL: `https://<host>/`, `redis://:your-password@…`. A mail address stands in such brackets too. */
const marks =
	/(?:^|[/:@=])<[A-Za-z][\w-]*>(?=$|[/:@?&.])|[:@=]your[-_]\w|(?:^|[^A-Za-z0-9])YOUR[-_]\w/;

/**
 * True if a value is a placeholder that somebody meant to replace.
 * @param kind `text` may be a sentence or a name, in which ordinary words say nothing: `Todo app`
 */
export function isPlaceholder(
	value: string,
	kind: "secret" | "text" = "secret",
): boolean {
	const text = value.trim();
	if (never.test(text)) {
		return true;
	}
	if (kind === "secret") {
		return anyOrdinary.test(text) || starts.test(text) || marks.test(text);
	}
	if (capitals.test(text) || textStarts.test(text) || marks.test(text)) {
		return true;
	}
	return /\s/.test(text)
		? sentences.test(text)
		: ownOrdinary.test(text) || compoundOrdinary.test(text);
}
