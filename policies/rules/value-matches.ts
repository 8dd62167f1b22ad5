/** The values of a store's attributes are those that its resources have. */
import { secretIdIn } from "../../contract/names.ts";
import { own } from "../../contract/own-keys.ts";
import type { SecretSource } from "../../contract/sources.ts";
import type { StoreKind } from "../../contract/stores.ts";
import { parseConnectionUrl } from "../connection-url.ts";
import type { Evidence } from "../evidence.ts";
import { known, textAt } from "../read.ts";
import { type Finding, forUsers, type Rule } from "../rule.ts";
import { type StackResource, types } from "../stack.ts";

/** Where each attribute of a store stands, by the store's kind: on which resource, as which of its properties. */
const places: Record<
	Exclude<StoreKind, "clickhouse">,
	Readonly<Record<string, readonly [type: string, ...properties: string[]]>>
> = {
	postgres: {
		user: [types.user, "name"],
		password: [types.user, "password"],
		name: [types.database, "name"],
		host: [types.databaseInstance, "connectionName", "privateIpAddress"],
	},
	redis: {
		host: [types.redis, "host"],
		port: [types.redis, "port"],
		password: [types.redis, "authString"],
	},
	bucket: {
		name: [types.bucket, "name"],
		"access-key-id": [types.hmacKey, "accessId"],
		"secret-access-key": [types.hmacKey, "secret"],
	},
};

const storeTypes = [
	types.databaseInstance,
	types.database,
	types.user,
	types.redis,
	types.bucket,
	types.hmacKey,
];

export const valueMatches: Rule = {
	id: "value-matches",
	level: "mandatory",
	requirements: ["R-001", "R-010"],
	complies:
		"Where they are known, user, password, database, host and port of a store, the name and key of a bucket, and the other secrets of a template are in the values that are made of them, each where it belongs: alone, in its part of a URL, or in a template; and no two stores' values are made from one resource.",
	rejects: [
		"a value that its resource does not have",
		"a URL whose user, password, database, host or port its resource does not have",
		"a value that is not the template with its parts filled in, each encoded for where it stands",
		"values of two stores from one resource",
	],
	why: "A value that is made from the right resource can still be another one of its outputs: with the user in the password's place nobody logs in.",
	fix: "take the value from the resource's output, and make URLs with the builders of contract/connection-strings.ts",
	looksAt: "stack",
	*check(evidence) {
		const { secrets } = evidence.expected;
		const owners = new Map<StackResource, string>();
		for (const [secretId, { source }] of secrets) {
			for (const resource of evidence.versionsOf(secretId)) {
				const problems = [
					...valueProblems(evidence, source, resource),
					...ownerProblems(evidence, source, resource, owners),
				];
				for (const problem of problems) {
					yield* forUsers(evidence, secretId, resource, problem);
				}
			}
		}
	},
};

type Problem = Pick<Finding, "found" | "needed">;

/** What a value may be; undefined where nothing tells. */
type Known = readonly string[] | undefined;

function* valueProblems(
	evidence: Evidence,
	source: SecretSource,
	version: StackResource,
): Generator<Problem> {
	const value = known(textAt(version.properties, "secretData"));
	if (value === undefined) {
		return;
	}
	const of = (name: string) => knownOf(evidence, version, name);
	if (source.from === "template") {
		const { platform } = evidence.expected;
		const onWay = (name: string) => {
			const [store = "", attribute] = name.split(".");
			const leads =
				attribute === "host" &&
				own(platform.stores, store)?.kind === "postgres";
			// An instance is known by two places; the one with colons is its socket's.
			return leads
				? of(name)?.filter(
						(each) => each.includes(":") === (source.via !== "tls"),
					)
				: of(name);
		};
		if (!formOf(source.text, onWay).test(value)) {
			yield {
				found: "a value that is not the template with its parts filled in",
				needed:
					"the contract's text, with each part encoded for where it stands",
			};
		}
		return;
	}
	const [store, attribute] = source.from.split(".");
	if (attribute === undefined) {
		return;
	}
	const found =
		attribute === "url" ? partsOfUrl(value) : { [attribute]: value };
	for (const [name, text] of Object.entries(found)) {
		if (
			text !== undefined &&
			of(`${store}.${name}`)?.some((wanted) => isHeld(text, wanted)) === false
		) {
			yield {
				found: `a ${attribute === "url" ? `URL with another ${name} than` : `value that is not the ${name} of`} '${store}'${attribute === "url" ? " has" : ""}`,
				needed: "what its resource has",
			};
		}
	}
}

/** The parts of a template: an attribute of a store, a secret, or the path of a file. A backslash takes a brace as it is. */
const part = /(?<!\\)\{([a-z][a-z0-9-]*(?:\.[a-z-]+)?|\/[\w./-]+)\}/g;

/** What a template's value looks like: its own text, and what is known of each part. */
function formOf(text: string, of: (name: string) => Known): RegExp {
	const written = writtenIn(text);
	const names = [...text.matchAll(part)].map(([, name = ""]) => name);
	const parts = names.map((name) => {
		if (name.startsWith("/")) {
			// Below a folder of the stack's, on a laptop.
			return `.*${escaped(name)}`;
		}
		const values = of(name)?.flatMap(written).map(escaped).join("|");
		// A socket's folder is named after the instance.
		return values === undefined
			? ".+"
			: `${name.endsWith(".host") ? ".*" : ""}(?:${values})`;
	});
	const literals = text
		.replaceAll(part, "\0")
		.split("\0")
		.map((literal) => escaped(literal.replace(/\\(?=[{}])/g, "")));
	const form = literals.map((literal, index) => literal + (parts[index] ?? ""));
	return new RegExp(`^${form.join("")}$`, "s");
}

const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

/** In a URL, in JSON, or as it is; a host stands in a URL as it is. A URL may stand within JSON or another text. */
function writtenIn(template: string): (value: string) => string[] {
	if (/^[a-z][a-z0-9+.:-]*:\/\//i.test(template)) {
		return (value) =>
			/^[\w.:[\]-]+$/.test(value)
				? [value, encodeURIComponent(value)]
				: [encodeURIComponent(value)];
	}
	const inJson = /^\s*(?:\{\s*"|\[)/.test(template);
	return (value) => [
		inJson ? JSON.stringify(value).slice(1, -1) : value,
		...(template.includes("://") ? [encodeURIComponent(value)] : []),
	];
}

/** A socket's folder is named after the instance. */
const isHeld = (text: string, wanted: string) =>
	text === wanted || text.endsWith(`/${wanted}`);

/** By attribute, decoded; what the URL does not have is undefined. */
function partsOfUrl(value: string): Record<string, string | undefined> {
	const url = parseConnectionUrl(value);
	if (url === undefined) {
		return {};
	}
	const { parameters } = url;
	const socket = parameters.get("host") ?? parameters.get("unixSocketPath");
	const name =
		parameters.get("database") ?? parameters.get("dbname") ?? url.path.slice(1);
	const { user, password, port } = url;
	return Object.fromEntries(
		Object.entries({
			user,
			password,
			name,
			host: socket ?? url.host,
			port,
		}).map(([attribute, text]) => [attribute, text && decoded(text)]),
	);
}

/** What is encoded wrongly is for url-form to say. */
function decoded(text: string): string {
	try {
		return decodeURIComponent(text);
	} catch {
		return text;
	}
}

/**
 * What the resources have that a version is made from.
 * @param name `<store>.<attribute>`, or a secret's id
 */
function knownOf(
	evidence: Evidence,
	version: StackResource,
	name: string,
): Known {
	const { stack, expected } = evidence;
	const [first = "", attribute] = name.split(".");
	if (attribute === undefined) {
		const [data] = evidence
			.versionsOf(secretIdIn(first, expected.environment))
			.map(({ properties }) => known(textAt(properties, "secretData")));
		return data === undefined ? undefined : [data];
	}
	const store = own(expected.platform.stores, first);
	if (store === undefined) {
		return undefined;
	}
	if (store.kind === "clickhouse") {
		return attribute === "password"
			? knownOf(evidence, version, store.passwordSecret)
			: undefined;
	}
	if (store.kind === "postgres" && attribute === "port") {
		return ["5432"];
	}
	const [type, ...properties] = places[store.kind][attribute] ?? [""];
	const found = stack
		.madeFrom(version, "secretData", type)
		.flatMap((resource) =>
			properties.map((property) => textAt(resource.properties, property)),
		);
	const values = found.flatMap((reading) => known(reading) ?? []);
	return values.length === 0 || found.some(({ state }) => state === "unknown")
		? undefined
		: values;
}

/** Also notes whose each resource is. */
function* ownerProblems(
	{ stack }: Evidence,
	source: SecretSource,
	version: StackResource,
	owners: Map<StackResource, string>,
): Generator<Problem> {
	const stores = new Set(
		source.from === "template"
			? [...source.text.matchAll(part)].flatMap(([, name = ""]) =>
					name.includes(".") ? (name.split(".")[0] ?? []) : [],
				)
			: source.from.includes(".")
				? [source.from.split(".")[0] ?? ""]
				: [],
	);
	const [store] = stores;
	// Which part of a value comes from which store does not show.
	if (store === undefined || stores.size > 1) {
		return;
	}
	for (const type of storeTypes) {
		for (const resource of stack.madeFrom(version, "secretData", type)) {
			const owner: string = owners.get(resource) ?? store;
			owners.set(resource, owner);
			if (owner !== store) {
				yield {
					found: `a value made from ${resource.name}, which values of '${owner}' are made from`,
					needed: `one made from the resources of '${store}' alone`,
				};
			}
		}
	}
}
