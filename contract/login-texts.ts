/**
 * What a contract writes by hand beside the values that it takes of a store: the rest of a URL, of a connection string or of
 * JSON in a template, and plain variables of one family (`DB_PORT` beside `DB_HOST`). A literal that says something else than
 * the store is an outage, and the values that are taken of the store are right all the same.
 */
import { textsOf } from "./foreign-hosts.ts";
import type { Platform, Problem } from "./schema.ts";
import { type StoreUse, storeUses } from "./sources.ts";
import { ports, type Store } from "./stores.ts";
import { marked } from "./templates.ts";

/** A thing that a login consists of. */
type Slot = "scheme" | "user" | "password" | "host" | "port" | "name" | "tls";

/** What is written in a slot: a literal, or `«<store>.<attribute>»`. */
type Claim = { slot: Slot; text: string };

/** What a text is about: a store, and how it is reached. */
type About = Pick<StoreUse, "name" | "store"> & { isSocket: boolean };

/** The last words of variables and keys, by the slot that they name. */
const words: [Slot, string][] = [
	["port", "port"],
	["host", "host(?:name)?|server|address"],
	["user", "user(?:_?name)?|uid"],
	["password", "pass(?:word|wd)?|pwd"],
	["name", "db_?name|database(?:_?name)?|db"],
	[
		"tls",
		"ssl(?:_?mode)?|tls|(?:use_?)?(?:ssl|tls)(?:_?enabled)?|ssl_cert_reqs",
	],
];

const slots = words.map(([slot, each]): [Slot, RegExp] => [
	slot,
	new RegExp(`^(?:${each})$`, "i"),
]);
/** A name whose last word is one of them, and what is before it. */
const member = new RegExp(
	`^(.+?)(?:name|${words.map(([, each]) => each).join("|")})$`,
	"i",
);

const slotOf = (key: string) => slots.find(([, form]) => form.test(key))?.[0];

const portsByKind: Partial<Record<Store["kind"], number>> = ports;

/** The kind of store that a URL's scheme belongs to. */
const schemes: [RegExp, Store["kind"] | undefined][] = [
	[/postg|ecto|^pg/, "postgres"],
	[/^(?:redis|valkey)/, "redis"],
	[/^clickhouse/, "clickhouse"],
	[/mysql|maria|mongo|amqp|mssql|sqlserver|oracle|sqlite|memcache/, undefined],
];

export function* loginTextProblems(platform: Platform): Generator<Problem> {
	for (const [index, { source }] of platform.secrets.entries()) {
		if (source.from !== "template") {
			continue;
		}
		const [side] =
			/\{[^{}]*\.[^{}]*\}\{[^{}]*\}|\{[^{}]*\}\{[^{}]*\.[^{}]*\}/.exec(
				source.text,
			) ?? [];
		if (side !== undefined) {
			yield {
				path: ["secrets", index, "source", "text"],
				message: `has ${side} side by side, and nothing tells where the first one ends: write something between them`,
			};
		}
		for (const about of storesOf(storeUses(platform, source))) {
			for (const claim of claimsIn(marked(source.text), about.name)) {
				const message = contradiction(claim, about);
				if (message !== undefined) {
					yield { path: ["secrets", index, "source", "text"], message };
				}
			}
		}
	}
	yield* familyProblems(platform);
}

function storesOf(uses: readonly StoreUse[]): About[] {
	return [...Map.groupBy(uses, ({ name }) => name).values()].flatMap(
		([first, ...others]) =>
			first === undefined
				? []
				: [
						{
							...first,
							isSocket: [first, ...others].some(({ via }) => via === "socket"),
						},
					],
	);
}

/** What a text says beside the parts that it takes of a store: as a URL, as `key=value`, or as JSON. */
function claimsIn(text: string, store: string): Claim[] {
	if (!text.includes(`«${store}.`)) {
		return [];
	}
	const objects = objectsIn(jsonOf(text));
	return objects.length > 0
		? objects.flatMap((each) => claimsOfObject(each, store))
		: [...claimsOfUrl(text), ...claimsOfPairs(text)];
}

/** The value of a JSON text, in which a part outside of quotes stands for a number; undefined for another text. */
function jsonOf(text: string): unknown {
	const quoted = text.replace(
		/("(?:[^"\\]|\\.)*")|(«[^»]*»)/g,
		(_, string, part) => string ?? `"${part}"`,
	);
	try {
		return JSON.parse(quoted);
	} catch {
		return undefined;
	}
}

function claimsOfUrl(text: string): Claim[] {
	const found =
		/^(?<scheme>[a-z][a-z0-9+.:-]*):\/\/(?:(?<user>[^:@/]*)(?::(?<password>[^@]*))?@)?(?<host>[^:/?]*)(?::(?<port>[^/?]*))?(?:\/(?<name>[^?]*))?/i.exec(
			text,
		)?.groups ?? {};
	return Object.entries(found).flatMap(([slot, value = ""]) =>
		value === "" ? [] : [{ slot: slot as Slot, text: value.toLowerCase() }],
	);
}

function claimsOfPairs(text: string): Claim[] {
	return [...text.matchAll(/(?:^|[?&;\s])(\w+) ?= ?([^&;\s]*)/g)].flatMap(
		([, key = "", value = ""]) => claimOf(key, value),
	);
}

/** Every object in a JSON value, however deep. */
function objectsIn(value: unknown): Record<string, unknown>[] {
	if (typeof value !== "object" || value === null) {
		return [];
	}
	const inner = Object.values(value).flatMap(objectsIn);
	return Array.isArray(value)
		? inner
		: [value as Record<string, unknown>, ...inner];
}

/** Of an object that takes something of the store itself. */
function claimsOfObject(
	object: Record<string, unknown>,
	store: string,
): Claim[] {
	const texts = Object.entries(object).flatMap(([key, value]) =>
		typeof value === "object" ? [] : [[key, String(value)] as const],
	);
	return texts.some(([, text]) => text.includes(`«${store}.`))
		? texts.flatMap(([key, text]) => [
				...claimOf(key, text),
				...claimsIn(text, store),
			])
		: [];
}

const claimOf = (key: string, text: string): Claim[] => {
	const slot = slotOf(key);
	return slot === undefined ? [] : [{ slot, text }];
};

/** What is wrong with what is written in a slot; undefined if it says what the store says. */
function contradiction(
	{ slot, text }: Claim,
	{ name, store, isSocket }: About,
): string | undefined {
	const { kind } = store;
	const isLiteral = !text.includes("«");
	switch (slot) {
		case "scheme": {
			const [, meant] = schemes.find(([form]) => form.test(text)) ?? [
				undefined,
				kind,
			];
			if (meant !== kind) {
				return `begins with ${text}://, and '${name}' is ${kind}`;
			}
			return kind === "redis" && /^(?:redis|valkey)$/.test(text)
				? `begins with ${text}://, and '${name}' speaks TLS alone: write ${text}s://`
				: undefined;
		}
		case "user":
			if (text.includes(`«${name}.password»`)) {
				return `has {${name}.password} where the user stands`;
			}
			if (!isLiteral || (kind === "redis" && text === "default")) {
				return undefined;
			}
			return kind === "redis"
				? `names the user '${text}'; '${name}' has none but default`
				: `names the user '${text}'; the password belongs to {${name}.user}`;
		case "password":
			return text.includes(`«${name}.user»`)
				? `has {${name}.user} where the password stands`
				: undefined;
		case "host":
			return isLiteral && !/^(?:localhost|\/.*)?$/.test(text)
				? `names the host '${text}'; take {${name}.host}`
				: undefined;
		case "port": {
			const port = portsByKind[kind];
			return isLiteral && port !== undefined && text !== String(port)
				? `names the port '${text}'; '${name}' answers at ${port}: take {${name}.port}`
				: undefined;
		}
		case "name":
			return kind === "postgres" && isLiteral && text !== store.database
				? `names the database '${text}'; that of '${name}' is ${store.database}: take {${name}.name}`
				: undefined;
		case "tls":
			if (kind === "redis") {
				return /^(?:cert_)?(?:none|false|0|no|off|disabled?)$/i.test(text)
					? `says '${text}', and '${name}' speaks TLS alone, with a certificate that is checked`
					: undefined;
			}
			return isSocket && /^(?:require|verify-.*|true|1|yes|on)$/i.test(text)
				? `says '${text}', and the socket of '${name}' speaks no TLS: remove it`
				: undefined;
	}
}

/** Plain variables of the family to which the parts of a login belong. */
function* familyProblems(platform: Platform): Generator<Problem> {
	const sources = new Map(
		platform.secrets.map((each) => [each.id, each.source]),
	);
	for (const [service, { secrets, variables }] of Object.entries(
		platform.services,
	)) {
		const families = new Map<string, StoreUse[]>();
		for (const [variable, id] of Object.entries(secrets)) {
			const source = sources.get(id);
			const family = familyOf(variable);
			if (
				source !== undefined &&
				source.from !== "template" &&
				family !== undefined
			) {
				const uses = families.get(family) ?? [];
				families.set(family, [...uses, ...storeUses(platform, source)]);
			}
		}
		// A family of two stores says of neither where it belongs.
		const single = [...families].flatMap(([family, uses]) => {
			const [about, ...others] = storesOf(uses);
			return about === undefined || others.length > 0
				? []
				: [{ family, about }];
		});
		for (const [variable, value] of Object.entries(variables)) {
			for (const { family, about } of single) {
				const slot = variable.startsWith(family)
					? memberOf(family, variable.slice(family.length))
					: undefined;
				if (slot === undefined) {
					continue;
				}
				const [message] = textsOf(value).flatMap(
					(text) => contradiction({ slot, text }, about) ?? [],
				);
				if (message !== undefined) {
					yield { path: ["services", service, "variables", variable], message };
				}
			}
		}
	}
}

/** `DB_` of `DB_HOST`; undefined for a name that has no such words. */
function familyOf(variable: string): string | undefined {
	return member.exec(variable)?.[1];
}

function memberOf(family: string, rest: string): Slot | undefined {
	// `APP_NAME` beside `APP_HOST` is no database.
	return /^name$/i.test(rest) && /db|database|sql|pg|postgres/i.test(family)
		? "name"
		: slotOf(rest);
}
