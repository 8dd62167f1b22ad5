/** Secrets reach a workload as bindings, never as text in its template. */

import { commandCarriesSecret } from "../../contract/command-signs.ts";
import type { Environment } from "../../contract/environments.ts";
import { variableIn } from "../../contract/names.ts";
import { secretSign } from "../../contract/secret-signs.ts";
import type { Variable } from "../container.ts";
import { known } from "../read.ts";
import { type Rule, suffers } from "../rule.ts";
import type { Workload } from "../workload.ts";

export const secretNotPlaintext: Rule = {
	id: "secret-not-plaintext",
	level: "mandatory",
	requirements: ["R-001", "R-063"],
	complies:
		"A variable that the contract binds to a secret, or whose name or value says that it holds one, comes from Secret Manager; no command and no argument holds one.",
	rejects: [
		"a secret variable with a value written out, empty ones included",
		"a variable whose name sounds like a secret, with a value written out",
		"a plain variable with a password, token or private key in its value, whatever its name",
		"a plain variable that holds the value of a secret of this stack",
		"a command or argument with a password, token or private key in it, or with the value of a secret of this stack",
	],
	why: "A template is readable by everyone who may see the service, and a value in it does not follow a rotation.",
	fix: "bind the variable by valueSource.secretKeyRef; one that is no secret needs its reason in notSecrets of contract/platform.ts",
	looksAt: "resource",
	*check(evidence) {
		const secretValues = evidence.secretValues();
		for (const workload of evidence.workloads) {
			const secretIds = new Map(
				workload.of?.bindings.secrets.map((each) => [
					each.variable,
					each.secretId,
				]),
			);
			const command = commandProblem(workload, secretValues);
			if (command !== undefined) {
				yield {
					...suffers(workload),
					found: command,
					needed: "a command that reads it from a variable or a file",
					fix: "bind the secret as a variable or a file, and have the command read that",
				};
			}
			const marked = notSecretsOf(workload, evidence.expected.environment);
			for (const each of workload.everyVariable) {
				const variable = known(each.name);
				const secretId = secretIds.get(variable ?? "");
				const needed = "a binding to a version of the secret";
				if (variable === undefined || !isPlain(each)) {
					continue;
				}
				const value = known(each.value);
				const sign = marked.has(variable)
					? undefined
					: secretSign(variable, value);
				const found =
					secretId !== undefined || sign === "name"
						? "a value written into the template"
						: secretValues.has(value ?? "")
							? "the value of a secret of this stack"
							: sign === "value"
								? "a password, token or key in a value written into the template"
								: undefined;
				if (found !== undefined) {
					yield { ...suffers(workload), variable, secretId, found, needed };
				}
			}
		}
	},
};

/** What is wrong with the commands and arguments of a workload, if something is. */
function commandProblem(
	{ commandLine }: Workload,
	secretValues: ReadonlySet<string>,
): string | undefined {
	const holdsValue = commandLine.some((word) =>
		[...secretValues].some((value) => word.includes(value)),
	);
	if (holdsValue) {
		return "the value of a secret of this stack in a command or argument";
	}
	return commandCarriesSecret(commandLine)
		? "a password, token or key in a command or argument"
		: undefined;
}

/** The plain variables that the contract calls no secrets, by their names in an environment. */
function notSecretsOf(
	{ of }: Workload,
	environment: Environment,
): ReadonlySet<string> {
	return new Set(
		Object.keys(of?.contract.notSecrets ?? {}).map((name) =>
			variableIn(name, environment),
		),
	);
}

/** True if the variable's value is in the template, as a whole or besides a binding. */
function isPlain({ secret, value }: Variable): boolean {
	return (
		secret === undefined || value.state === "unknown" || known(value) !== ""
	);
}
