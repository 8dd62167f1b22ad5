/** What tells that a command or its arguments hold a secret: whoever may see the service, or the process list, reads it there. */
import { carriesSecret, secretSign } from "./secret-signs.ts";

/** What a shell or Cloud Run puts in only where the command runs: `$(cat file)`, `$(NAME)`, `${NAME}`, `$NAME`. */
const filledIn = /\$\([^)]*\)|`[^`]*`|\$\{[^}]*\}|\$[A-Za-z_]\w*/g;
/** A file in place of the value: `--token=/run/token`, `PASSWORD=@file`. */
const file = /([=\s]["']?)(?:@|\.{0,2}\/)[\w./-]+(?=["'\s]|$)/g;
/** gcloud's option says which secret is meant, and not what it holds. */
const nameOfSecret =
	/(^|\s)--(?:[a-z]+-)?secrets?(?:=|\s+)[a-z][a-z-]*(?=\s|$)/g;
/** The value of a header that is filled in, after `Bearer`. */
const emptyHeader =
	/authorization["']?\s*[=:]\s*(?:bearer|basic|token)?\s*(?=["']|$)/gi;

/** An option that takes a secret as its value, in the same word or as the next one. A word that begins with `-` is another option. */
const secretOption =
	/(?:^|\s)--?(?!-?no-)(?:[\w-]*[-_])?(?:password|passwd|passphrase|passwort|pass|pwd|secret|token|api-?key|access-?key|secret-?key|private-?key|encryption-?key)(?:=|\s+)["']?(?!(?:true|false|none|null)(?:["'\s]|$))[^\s"'=-]/i;
/** A login as curl takes it; numbers are a user's and a group's. */
const curlLogin =
	/\bcurl\s(?:.*\s)?(?:-u|--user|--proxy-user)(?:=|\s+)?["']?(?!\d+:\d+(?:\s|$))[^\s"':]+:[^\s"']/;
/** redis-cli's own option. */
const redisLogin = /\bredis-cli\s(?:.*\s)?-a\s+["']?[^\s"'-]/;
/** A variable that is set for a command: `PGPASSWORD=… psql`. */
const assignment =
	/(?:^|[\s;&|"'])(?<name>[A-Za-z_]\w*)=["']?(?<value>[^\s"';&|]+)/g;

/**
 * True if a command has a secret in it, as one text or as a list of words: `--password=…`, `--password …`, a URL with a
 * login, `PGPASSWORD=… psql`, a token. What is filled in where it runs is none.
 */
export function commandCarriesSecret(words: readonly string[]): boolean {
	const text = words
		.map((word) => word.replace(filledIn, "").replace(emptyHeader, ""))
		.join(" ")
		.replace(file, "$1")
		.replace(nameOfSecret, "$1");
	return (
		carriesSecret(text) ||
		[secretOption, curlLogin, redisLogin].some((form) => form.test(text)) ||
		[...text.matchAll(assignment)].some(
			({ groups }) =>
				secretSign(groups?.name ?? "", groups?.value) !== undefined,
		)
	);
}
