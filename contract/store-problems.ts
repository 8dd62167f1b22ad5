/** What does not hold together between stores, the values that are taken of them, and the services that bind those. */
import { type Environment, environments } from "./environments.ts";
import { loginTextProblems } from "./login-texts.ts";
import { nearest } from "./nearest.ts";
import { binds, storesOfKind, usesOf } from "./needs.ts";
import { own } from "./own-keys.ts";
import { shownName } from "./printable.ts";
import type {
	PlainValue,
	Platform,
	Problem,
	SecretContract,
	ServiceContract,
} from "./schema.ts";
import {
	attributeOf,
	hasAttribute,
	isStoreSource,
	type StoreSource,
	secretParts,
	storeUse,
	storeUses,
} from "./sources.ts";
import {
	attributesOf,
	driversOf,
	keyAttributes,
	namesAuthorities,
	type Store,
	type StoreAttribute,
	type StoreKind,
} from "./stores.ts";

export function* storeProblems(platform: Platform): Generator<Problem> {
	yield* nameProblems(platform);
	yield* passwordProblems(platform);
	for (const [index, secret] of platform.secrets.entries()) {
		if (isStoreSource(secret.source)) {
			const { source } = secret;
			for (const { path, message } of sourceProblems(platform, source)) {
				yield { path: ["secrets", index, "source", ...path], message };
			}
			yield* fileProblems(platform, secret, source);
			yield* tlsProblems(platform, secret, source);
		}
		yield* authorityProblems(platform, secret);
	}
}

/** What follows from the values that a service takes; with one that is not there, none of it could be told. */
export function* useProblems(platform: Platform): Generator<Problem> {
	yield* poolProblems(platform);
	yield* loginProblems(platform);
	yield* loginTextProblems(platform);
}

/** The secrets that hold the passwords of somebody else's stores. */
export function passwordSecretsOf(platform: Platform): string[] {
	return storesOfKind(platform, "clickhouse").map(
		({ store }) => store.passwordSecret,
	);
}

/** The secrets whose values are parts of other values. */
export function partSecretsOf(platform: Platform): string[] {
	return [
		...passwordSecretsOf(platform),
		...platform.secrets.flatMap(({ source }) => secretParts(source)),
	];
}

function* nameProblems(platform: Platform): Generator<Problem> {
	const databases = storesOfKind(platform, "postgres");
	for (const [index, { name, store }] of databases.entries()) {
		const other = databases
			.slice(0, index)
			.find((each) => each.store.database === store.database);
		if (other !== undefined) {
			yield {
				path: ["stores", name, "database"],
				message: `is the database of '${other.name}' too, so that nothing would tell their logins apart: give each its own name`,
			};
		}
	}
	for (const name of Object.keys(platform.stores)) {
		const taken = ["network", "secrets", ...Object.keys(platform.services)];
		if (taken.includes(name)) {
			yield {
				path: ["stores", name],
				message: Object.hasOwn(platform.services, name)
					? "is the name of a service too: give the store another one"
					: "is a name that the program uses itself: give the store another one",
			};
		}
	}
}

function* passwordProblems(platform: Platform): Generator<Problem> {
	for (const { name, store } of storesOfKind(platform, "clickhouse")) {
		const id = store.passwordSecret;
		const secret = platform.secrets.find((each) => each.id === id);
		if (secret?.source.from !== "external") {
			yield {
				path: ["stores", name, "passwordSecret"],
				message:
					secret === undefined
						? `names the secret '${id}', which is not in 'secrets': add it with the source { from: "external" }`
						: `names the secret '${id}', which somebody else must issue: give it the source { from: "external" }`,
			};
		} else if (secret.environments !== undefined) {
			yield {
				path: ["stores", name, "passwordSecret"],
				message: `names the secret '${id}', which is not in every environment, and the store is: remove its 'environments'`,
			};
		}
	}
}

/** What is wrong with a value that is taken of a store; the path is the source's own. */
export function* sourceProblems(
	platform: Platform,
	source: StoreSource,
): Generator<Problem> {
	const use = storeUse(platform, source);
	if (use === undefined) {
		yield { path: ["from"], message: unknownStore(platform, source) };
		return;
	}
	const { name, store, attribute } = use;
	const isUrl = attribute === "url";
	if (!hasAttribute(store.kind, attribute)) {
		yield {
			path: ["from"],
			message: `takes '${attribute}' of '${name}'; a store of the kind ${store.kind} has ${attributesOf[store.kind].join(", ")}`,
		};
		return;
	}
	if (
		store.kind === "bucket" &&
		store.hmac !== true &&
		keyAttributes.includes(attribute)
	) {
		yield {
			path: ["from"],
			message: `takes '${attribute}' of '${name}', which has no key: give the store hmac: true`,
		};
	}
	yield* driverProblems(source, store, isUrl);
	if (source.via !== undefined && use.via === undefined) {
		yield {
			path: ["via"],
			message:
				"says how the url or the host of PostgreSQL is reached, and this is neither: remove it",
		};
	}
	if (use.via === "tls" && source.driver === "prisma") {
		yield {
			path: ["via"],
			message:
				"is tls; Prisma checks the server's name, which no certificate of Cloud SQL has, or nothing at all: remove it, so that it takes the socket",
		};
	}
	const byTls = isUrl && use.via === "tls";
	const names = byTls || (isUrl && namesAuthorities(source.driver));
	if (names !== (source.caFile !== undefined)) {
		yield {
			path: ["caFile"],
			message: names
				? `is missing; ${byTls ? "the URL of PostgreSQL by tls" : `${source.driver}'s URL`} names the file of the certificates, such as /etc/${platform.name}/${name}/ca.pem`
				: "stands in the URLs of redis-py, of kombu and of PostgreSQL by tls alone: remove it",
		};
	}
}

function unknownStore(platform: Platform, source: StoreSource): string {
	const { store = "" } = attributeOf(source) ?? {};
	const names = Object.keys(platform.stores);
	const near = nearest(store, names);
	return `takes a value of '${shownName(store)}', which is not in 'stores'${
		names.length === 0 ? ": it has none" : `; they are ${names.join(", ")}`
	}${near === undefined ? "" : `: did you mean '${near}'?`}`;
}

function* driverProblems(
	{ driver }: StoreSource,
	{ kind }: Store,
	isUrl: boolean,
): Generator<Problem> {
	const drivers: readonly string[] = isUrl ? driversOf[kind] : [];
	if (drivers.length === 0 && driver !== undefined) {
		yield {
			path: ["driver"],
			message: isUrl
				? `is ${driver}; a URL of ${kind} has one form for all drivers: remove it`
				: "says how a URL is read, and this is none: remove it",
		};
	}
	if (drivers.length > 0 && !drivers.includes(driver ?? "")) {
		yield {
			path: ["driver"],
			message: `${driver === undefined ? "is missing" : `is ${driver}`}; a URL of ${kind} is read by ${drivers.join(", ")}`,
		};
	}
}

/** The URL names the file, so whoever binds it must have the file, and the file must be that store's. */
function* fileProblems(
	platform: Platform,
	{ id }: SecretContract,
	source: StoreSource,
): Generator<Problem> {
	const { caFile } = source;
	if (caFile === undefined) {
		return;
	}
	const { store = "" } = attributeOf(source) ?? {};
	for (const [name, each] of Object.entries(platform.services)) {
		const file = own(each.secretFiles, caFile);
		const content = platform.secrets.find((secret) => secret.id === file);
		if (reads(each, id) && content?.source.from !== `${store}.ca`) {
			yield {
				path: ["services", name, "secretFiles", caFile],
				message: `must hold the certificates of '${store}', which '${id}' refers to: a secret with the source { from: "${store}.ca" }`,
			};
		}
	}
}

/** The attributes that a login takes, in each form in which a service may have it. */
const logins: Partial<Record<StoreKind, readonly StoreAttribute[][]>> = {
	postgres: [["url"], ["host", "user", "password"]],
	redis: [
		["url", "ca"],
		["host", "password", "ca"],
	],
	clickhouse: [["url"], ["user", "password"]],
	bucket: [["access-key-id", "secret-access-key"]],
};

/** The forms of which a service must take one: none where it can do without a login, as a bucket's or another's ClickHouse. */
function formsOf(
	store: Store | undefined,
	taken: readonly StoreAttribute[],
): readonly StoreAttribute[][] {
	const forms = store === undefined ? [] : (logins[store.kind] ?? []);
	const isKeyless = store?.kind === "bucket" && store.hmac !== true;
	const isOptional = store?.kind === "bucket" || store?.kind === "clickhouse";
	const takesOne = forms.flat().some((attribute) => taken.includes(attribute));
	return isKeyless || (isOptional && !takesOne) ? [] : forms;
}

/** A part of a login alone can't be used, and a rotation changes user and password together. */
function* loginProblems(platform: Platform): Generator<Problem> {
	for (const name of Object.keys(platform.services)) {
		const messages = environments.flatMap((environment) =>
			loginMessages(platform, name, environment),
		);
		for (const message of new Set(messages)) {
			yield { path: ["services", name], message };
		}
	}
}

function loginMessages(
	platform: Platform,
	service: string,
	environment: Environment,
): string[] {
	const uses = usesOf(platform, service, environment);
	return [...Map.groupBy(uses, (use) => use.name)].flatMap(([name, taken]) => {
		const attributes = [...new Set(taken.map(({ attribute }) => attribute))];
		const forms = formsOf(taken[0]?.store, attributes);
		const isWhole = forms.some((form) =>
			form.every((attribute) => attributes.includes(attribute)),
		);
		return forms.length === 0 || isWhole
			? []
			: [
					`takes ${attributes.join(", ")} of '${name}', by which nobody can log in: take ${forms.map((form) => form.join(", ")).join(", or ")}`,
				];
	});
}

/** A host that is reached over TLS goes with its certificates, in a value of its own as in a template. */
function* authorityProblems(
	platform: Platform,
	{ id, source }: SecretContract,
): Generator<Problem> {
	const hosts = storeUses(platform, source).filter(
		({ via, attribute }) => via === "tls" && attribute === "host",
	);
	for (const use of hosts) {
		const from = `${use.name}.ca`;
		for (const [name, each] of Object.entries(platform.services)) {
			const hasFile = Object.values(each.secretFiles).some((file) =>
				platform.secrets.some(
					(secret) => secret.id === file && secret.source.from === from,
				),
			);
			if (reads(each, id) && !hasFile) {
				yield {
					path: ["services", name, "secretFiles"],
					message: `must hold the certificates of '${use.name}', whose host '${id}' is reached by tls: the file of a secret with the source { from: "${from}" }`,
				};
			}
		}
	}
}

/** A URL that cannot name its certificates goes with the variable that does. */
function* tlsProblems(
	platform: Platform,
	{ id }: SecretContract,
	source: StoreSource,
): Generator<Problem> {
	const { caFile } = source;
	for (const [name, each] of Object.entries(platform.services)) {
		if (
			source.driver === "sqlalchemy-asyncpg" &&
			caFile !== undefined &&
			Object.values(each.secrets).includes(id) &&
			!namesFile(each.variables.PGSSLROOTCERT, caFile)
		) {
			yield {
				path: ["services", name, "variables", "PGSSLROOTCERT"],
				message: `must be '${caFile}': the URL '${id}' of sqlalchemy-asyncpg cannot name the certificates, and this variable does`,
			};
		}
	}
}

/** True if a service has a secret, as a variable or as a file. */
export const reads = (
	{ secrets, secretFiles }: ServiceContract,
	id: string,
): boolean =>
	[...Object.values(secrets), ...Object.values(secretFiles)].includes(id);

/** On a laptop files lie below a folder of the stack's. */
function namesFile(value: PlainValue | undefined, file: string): boolean {
	return typeof value === "object" && "staging" in value
		? value.staging === file &&
				value.production === file &&
				(value.local ?? value.staging).endsWith(file)
		: value === file;
}

/** Connections are counted for whoever has a database. */
function* poolProblems(platform: Platform): Generator<Problem> {
	for (const [name, { poolPerInstance }] of Object.entries(platform.services)) {
		const hasDatabase = environments.some((environment) =>
			binds("postgres", platform, name, environment),
		);
		if (hasDatabase !== (poolPerInstance !== undefined)) {
			yield {
				path: ["services", name, "poolPerInstance"],
				message: hasDatabase
					? "is missing; it binds a PostgreSQL store, so say how many connections one instance holds at most"
					: "is given, and the service binds no PostgreSQL store: remove it",
			};
		}
	}
}
