/** What the variables and commands of a service must not be: secrets in plain text, or names that some applications take for one. */
import { commandCarriesSecret } from "./command-signs.ts";
import { environments } from "./environments.ts";
import { variableIn } from "./names.ts";
import type { PlainValue, Platform, ServiceContract } from "./schema.ts";
import { secretSign } from "./secret-signs.ts";

type Problem = { path: (string | number)[]; message: string };

export function* variableProblems(platform: Platform): Generator<Problem> {
	for (const [name, service] of Object.entries(platform.services)) {
		yield* secretProblems(name, service);
		yield* twinProblems(name, service);
		if (commandCarriesSecret(service.checkCommand ?? [])) {
			yield {
				path: ["services", name, "checkCommand"],
				message:
					"has a password, token or key in it: bind it in 'secrets', and have the command read the variable, or a file of 'secretFiles'",
			};
		}
	}
}

/** Secrets among the plain variables, and reasons that belong to none of them. */
function* secretProblems(
	name: string,
	{ variables, notSecrets = {}, reviewedValues = {} }: ServiceContract,
): Generator<Problem> {
	const fix = "bind it in 'secrets', or give the reason in 'notSecrets'";
	for (const [variable, value] of Object.entries(variables)) {
		const sign = textsOf(value)
			.map((text) => secretSign(variable, text))
			.find((each) => each !== undefined);
		if (sign !== undefined && !Object.hasOwn(notSecrets, variable)) {
			yield {
				path: ["services", name, "variables", variable],
				message:
					sign === "name"
						? `looks like the name of a secret: ${fix}`
						: `has a password, token or key in its value: ${fix}`,
			};
		}
	}
	const marks = { notSecrets, reviewedValues };
	for (const [mark, reasons] of Object.entries(marks)) {
		for (const variable of Object.keys(reasons)) {
			if (!Object.hasOwn(variables, variable)) {
				yield {
					path: ["services", name, mark, variable],
					message: "is no plain variable in 'variables': remove it",
				};
			}
		}
	}
}

/** The texts that the contract writes for a plain variable; an unknown one where the value is made from something. */
function textsOf(value: PlainValue): (string | undefined)[] {
	if (typeof value === "string") {
		return [value];
	}
	return "from" in value ? [undefined] : Object.values(value);
}

/**
 * Names that are one in some environment, or differ in case alone there: an application that reads settings in any case
 * would take either value.
 */
function* twinProblems(
	name: string,
	{ variables, secrets }: ServiceContract,
): Generator<Problem> {
	const found = new Set<string>();
	for (const environment of environments) {
		const seen = new Map<string, string>();
		for (const [kind, record] of Object.entries({ secrets, variables })) {
			for (const variable of Object.keys(record)) {
				const written = variableIn(variable, environment).toUpperCase();
				const twin = seen.get(written) ?? variable;
				seen.set(written, twin);
				if (twin !== variable && !found.has(variable)) {
					found.add(variable);
					yield {
						path: ["services", name, kind, variable],
						message:
							twin.toUpperCase() === variable.toUpperCase()
								? `differs from '${twin}' in case alone: keep one of both`
								: `is '${twin}' in ${environment} too: keep one of both`,
					};
				}
			}
		}
	}
}
