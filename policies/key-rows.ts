/** Rows of the second key that speak of what the contract does not have: they protect nothing. */
import { choices } from "../contract/nearest.ts";
import type { Expected } from "./expected.ts";
import { isMeant, names, variablesOf } from "./key-words.ts";
import type { Finding } from "./rule.ts";
import { secondKeyFile } from "./second-key.ts";

export function* rowsOfNothing({
	platform,
	secondKey,
}: Expected): Generator<Finding> {
	const services = Object.keys(platform.services);
	for (const part of ["hosts", "settings", "noSecrets"] as const) {
		for (const name of Object.keys(secondKey[part])) {
			if (!services.includes(name)) {
				yield namesNothing(`${part}.${name}`, "service", name, services);
			}
		}
	}
	const bound = names(
		...Object.values(platform.services).map(({ secrets }) => secrets),
	);
	// That one of these is gone is for `critical-list` to say.
	const listed = names(...Object.values(secondKey.services));
	for (const part of ["equal", "differ"] as const) {
		for (const name of Object.values(secondKey[part]).flat()) {
			if (!bound.has(name) && !listed.has(name)) {
				yield namesNothing(part, "variable with a secret", name, bound);
			}
		}
	}
	const variables = variablesOf(platform);
	for (const ways of Object.values(secondKey.alternatives)) {
		const [name = ""] = ways.flat();
		if (!ways.flat().some((each) => variables.has(each) || listed.has(each))) {
			yield namesNothing("alternatives", "variable", name, variables);
		}
	}
	const ids = platform.secrets.map(({ id }) => id);
	for (const [environment, patterns] of Object.entries(secondKey.absent)) {
		for (const pattern of Object.keys(patterns)) {
			if (!ids.some((id) => isMeant(pattern, id))) {
				yield namesNothing(`absent.${environment}`, "secret", pattern, ids);
			}
		}
	}
}

const namesNothing = (
	part: string,
	what: string,
	name: string,
	all: Iterable<string>,
): Finding => ({
	found: `'${name}' at ${part} of ${secondKeyFile}, and no such ${what} in contract/platform.ts`,
	needed: `a ${what} that is there: ${choices(name, all)}`,
	fix: `correct or remove it in ${secondKeyFile}: a row that names nothing protects nothing`,
});
