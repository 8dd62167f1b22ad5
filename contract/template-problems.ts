/** What does not hold together in values that are composed of others. */
import { environments } from "./environments.ts";
import { nearest } from "./nearest.ts";
import type { Platform, Problem, SecretContract } from "./schema.ts";
import { fixedTextCarriesSecret } from "./secret-signs.ts";
import {
	attributeOf,
	fileParts,
	isGenerated,
	type SecretSource,
	secretParts,
	storePart,
	storeParts,
	storeUse,
	storeUses,
	type TemplateSource,
} from "./sources.ts";
import { reads, sourceProblems } from "./store-problems.ts";
import { attributesOf } from "./stores.ts";
import { isFilePart, type Part, partsIn, textProblems } from "./templates.ts";

export function* templateProblems(platform: Platform): Generator<Problem> {
	for (const [index, secret] of platform.secrets.entries()) {
		const { source } = secret;
		if (source.from === "template") {
			for (const message of problemsOf(platform, secret, source)) {
				yield { path: ["secrets", index, "source", "text"], message };
			}
			const hasHost = storeUses(platform, source).some(({ via }) => via);
			if (source.via !== undefined && !hasHost) {
				yield {
					path: ["secrets", index, "source", "via"],
					message:
						"says what {<store>.host} of PostgreSQL stands for, and the text holds none: remove it",
				};
			}
		}
	}
}

function* problemsOf(
	platform: Platform,
	secret: SecretContract,
	source: TemplateSource,
): Generator<string> {
	if (fixedTextCarriesSecret(source.text)) {
		yield "has what looks like a secret in its fixed text, which the job that tries it shows as plain text: make it a secret of its own, and write {<its id>}";
	}
	yield* textProblems(source.text, (name) => nearest(name, namesOf(platform)));
	yield* storePartProblems(platform, source);
	yield* secretPartProblems(platform, secret);
	yield* filePartProblems(platform, secret);
	for (const part of partsIn(source.text)) {
		const problem = placeProblem(platform, source, part);
		if (problem !== undefined) {
			yield problem;
		}
	}
}

/** Whatever may stand in braces. */
function namesOf({ stores, secrets }: Platform): string[] {
	return [
		...Object.entries(stores).flatMap(([name, { kind }]) =>
			attributesOf[kind].map((attribute) => `${name}.${attribute}`),
		),
		...secrets.map(({ id }) => id),
	];
}

function* storePartProblems(
	platform: Platform,
	source: TemplateSource,
): Generator<string> {
	for (const { from } of storeParts(source)) {
		// How its host is reached is the template's to say.
		const [problem] = sourceProblems(platform, { from });
		if (attributeOf({ from })?.attribute === "url") {
			yield `holds {${from}}, whose form depends on a driver: compose it of host, port, user, password and name`;
		} else if (problem !== undefined) {
			yield problem.message;
		}
	}
}

function* secretPartProblems(
	platform: Platform,
	{ source, environments: where = [...environments] }: SecretContract,
): Generator<string> {
	for (const id of secretParts(source)) {
		const part = platform.secrets.find((secret) => secret.id === id);
		if (part === undefined) {
			const near = nearest(
				id,
				platform.secrets.map((secret) => secret.id),
			);
			yield `holds {${id}}, which is no secret of the contract${near === undefined ? "" : `: did you mean {${near}}?`}; a brace that begins no part is written \\{`;
		} else if (part.source.from === "template") {
			yield `holds {${id}}, which is a template itself: write its parts`;
		} else if (
			!where.every((each) => part.environments?.includes(each) ?? true)
		) {
			yield `holds {${id}}, which is not in every environment that this secret is in`;
		}
	}
}

/** A path stands for a file that whoever reads the template has. */
function* filePartProblems(
	{ services }: Platform,
	{ id, source }: SecretContract,
): Generator<string> {
	for (const path of fileParts(source)) {
		for (const [name, service] of Object.entries(services)) {
			if (reads(service, id) && !Object.hasOwn(service.secretFiles, path)) {
				const near = nearest(path, Object.keys(service.secretFiles));
				yield `holds {${path}}, which is none of the secretFiles of '${name}'${near === undefined ? "" : `: did you mean {${near}}?`}`;
			}
		}
	}
}

/** What can stand neither for a URL's host or port, nor for a number in JSON, whatever its value will be. */
function placeProblem(
	platform: Platform,
	source: TemplateSource,
	{ name, place }: Part,
): string | undefined {
	if (place !== "host" && place !== "number") {
		return undefined;
	}
	const use = storeUse(platform, storePart(source, name));
	if (place === "host" && use?.via === "socket") {
		return `holds {${name}} where a URL has its host, and that is the folder of Cloud SQL's socket: write @/<database>?host={${name}}, if the driver reads it, or give the template via: "tls", for the private address`;
	}
	const fits =
		use === undefined
			? !isFilePart(name) && !isKey(platform, name)
			: use.attribute === "port" ||
				(place === "host" &&
					(use.attribute === "host" || use.store.kind === "bucket"));
	if (fits) {
		return undefined;
	}
	return place === "host"
		? `holds {${name}} where a URL has its host and port, and it is neither`
		: `holds {${name}} where JSON has a number, and it is none: write it in quotes`;
}

function isKey({ secrets }: Platform, id: string): boolean {
	const source: SecretSource | undefined = secrets.find(
		(secret) => secret.id === id,
	)?.source;
	return source !== undefined && isGenerated(source);
}
