/** Where the values of secrets come from, as a contract writes it. */
import { z } from "zod";
import { inWords, kindOf } from "./messages.ts";
import { nearest } from "./nearest.ts";
import { own } from "./own-keys.ts";
import { shownName } from "./printable.ts";
import { filePath, kebabName, plainText } from "./shapes.ts";
import {
	attributesOf,
	driversOf,
	type Store,
	type StoreAttribute,
	type StoreKind,
} from "./stores.ts";
import { isFilePart, partNames } from "./templates.ts";

/** How PostgreSQL is reached: through Cloud SQL's socket, or at the private address over TLS (`verify-ca`). */
const via = z.enum(["socket", "tls"]);

/** The bytes of a key that nobody guesses. */
export const defaultKeyBytes = 32;

/** Encodings of one length. A Fernet key is 32 characters in URL-safe base64, a UUID 128 bits of which six are fixed. */
const fixedEncodings = ["fernet", "uuid"] as const;

/** A random key, made once and kept for as long as its epoch stays. */
const generated = z
	.strictObject({
		from: z.literal("generated"),
		encoding: z.enum(["hex", "base64", "base64url", ...fixedEncodings]),
		/** Random bytes before they are encoded. @default 32; a Fernet key's and a UUID's are what they are */
		bytes: z.number().int().min(16).max(128).optional(),
		/**
		 * Stored data can be read, or compared, with this key alone: it is protected, and never made anew without a word.
		 * @default false
		 */
		dataDepends: z.boolean().optional(),
		/**
		 * The id whose generator makes the value: the one that a renamed secret had first, so that it keeps its value.
		 * @default the secret's own
		 */
		generator: kebabName.optional(),
	})
	.refine(({ encoding, bytes }) => bytes === undefined || !isFixed(encoding), {
		path: ["bytes"],
		error: "a Fernet key and a UUID have a length of their own: remove it",
	});

/** The same text in every environment. */
const constant = z.strictObject({
	from: z.literal("constant"),
	value: plainText.min(1),
});

/** Somebody else issues the value: the stack file pins a version, or holds the value encrypted. */
const external = z.strictObject({
	from: z.literal("external"),
	/** What every value of this secret ends in, where the issuer guarantees it. */
	endsIn: z.string().optional(),
	/**
	 * For a value that is no password, such as the name of a user, as little as 1.
	 * @default 8 characters
	 */
	minLength: z.number().int().positive().optional(),
});

/** Several values in one text: a URL, JSON, or anything else. */
const template = z.strictObject({
	from: z.literal("template"),
	/**
	 * `{<store>.<attribute>}` and `{<secret id>}` stand for values, `{<path>}` for where the service finds one of its
	 * `secretFiles`. Each is written as its place demands: percent-encoded in a URL, escaped in JSON, as it is elsewhere. A
	 * brace that begins no part is written `\\{`.
	 */
	text: plainText.refine(
		(text) => partNames(text).some((name) => !isFilePart(name)),
		"holds no {<store>.<attribute>} and no {<secret id>}: a text alone is a constant",
	),
	/** As a store's: what `{<store>.host}` of PostgreSQL stands for. @default "socket" */
	via: via.optional(),
});

const sources = ["generated", "constant", "external", "template"];
/** What plain variables are made from, which are no sources of secrets. */
export const plainOrigins = [
	"environment",
	"project",
	"region",
	"url",
	"urls",
	"host",
	"hosts",
];

const plainSource = z.discriminatedUnion(
	"from",
	[generated, constant, external, template],
	{
		error: ({ input }) => {
			const { from } = (input ?? {}) as { from?: unknown };
			const near =
				typeof from === "string"
					? nearest(from, [...sources, ...plainOrigins])
					: undefined;
			return `is made from ${typeof from === "string" ? `'${shownName(from)}'` : `what is ${kindOf(from)}`}; there are ${sources.join(", ")} and <store>.<attribute>, and for plain variables ${plainOrigins.join(", ")}${near === undefined ? "" : `: did you mean ${near}?`}`;
		},
	},
);

const allAttributes = [...new Set(Object.values(attributesOf).flat())];
const allDrivers = Object.values(driversOf).flat();

/** `<store>.<attribute>`; which there are follows from the store's kind. */
const storeSource = z.strictObject({
	from: z.templateLiteral([z.string(), ".", z.enum(allAttributes)], {
		error: `must be generated, constant, external, template, or <store>.<attribute> with the attribute ${allAttributes.join(", ")}`,
	}),
	/** For a `url`: the driver that reads it. */
	driver: z.enum(allDrivers).optional(),
	/** For PostgreSQL's `url` and `host`. @default "socket" */
	via: via.optional(),
	/** For a `url` of PostgreSQL by TLS, of redis-py or of kombu: where the service finds the certificates of `ca`, one of its `secretFiles`. */
	caFile: filePath.optional(),
});

export type GeneratedSource = z.infer<typeof generated>;
export type TemplateSource = z.infer<typeof template>;
export type StoreSource = z.infer<typeof storeSource>;
export type SecretSource = z.infer<typeof plainSource> | StoreSource;
/** With or without the text of a constant, which a checklist leaves out. */
export type AnySource =
	| Exclude<SecretSource, { from: "constant" }>
	| { from: "constant" };

/** Where the value of a secret comes from. Everything but `external` is made by this stack. */
export const source = z
	.custom<z.input<typeof plainSource> | z.input<typeof storeSource>>()
	.transform((value, context): SecretSource => {
		// Decided by hand: of a union that fails, one would hear of neither side.
		const from: unknown = value?.from;
		const names = typeof from === "string" && /^[^.]+\./.test(from);
		const read = (names ? storeSource : plainSource).safeParse(value, {
			error: inWords,
		});
		if (read.success) {
			return read.data;
		}
		for (const { path, message } of read.error.issues) {
			context.addIssue({ code: "custom", path, message });
		}
		return z.NEVER;
	});

export function isGenerated(source: AnySource): source is GeneratedSource {
	return source.from === "generated";
}

const isFixed = (encoding: string) =>
	fixedEncodings.some((each) => each === encoding);

/** The random hex digits that a key is made from; each carries four bits. A Fernet key is made from 32 of them. */
export function hexDigitsOf({ encoding, bytes }: GeneratedSource): number {
	return isFixed(encoding) ? 32 : 2 * (bytes ?? defaultKeyBytes);
}

/** What a source takes of which store; undefined for one that takes nothing of a store. */
export function attributeOf(
	source: AnySource,
): { store: string; attribute: StoreAttribute } | undefined {
	if (!isStoreSource(source)) {
		return undefined;
	}
	const [store = "", attribute = ""] = source.from.split(".");
	return { store, attribute: attribute as StoreAttribute };
}

export function isStoreSource(source: AnySource): source is StoreSource {
	return source.from.includes(".");
}

/** True if stores of a kind have the attribute. */
export function hasAttribute(
	kind: StoreKind,
	attribute: StoreAttribute,
): boolean {
	return attributesOf[kind].some((each) => each === attribute);
}

/** The names of the secrets that a source is composed of. */
export function secretParts(source: AnySource): string[] {
	return source.from === "template"
		? partNames(source.text).filter(
				(name) => !name.includes(".") && !isFilePart(name),
			)
		: [];
}

/** The sources of stores that a source is composed of: itself, or those in a template. */
export function storeParts(source: AnySource): StoreSource[] {
	if (source.from === "template") {
		return partNames(source.text)
			.filter((name) => name.includes(".") && !isFilePart(name))
			.map((name) => storePart(source, name));
	}
	return isStoreSource(source) ? [source] : [];
}

/** The source of a template's part that is a value of a store. */
export function storePart({ via }: TemplateSource, name: string): StoreSource {
	const from = name as StoreSource["from"];
	return via !== undefined && name.endsWith(".host") ? { from, via } : { from };
}

/** The paths of the secret files that a source names. */
export function fileParts(source: SecretSource): string[] {
	return source.from === "template"
		? partNames(source.text).filter(isFilePart)
		: [];
}

/** Everything that a source takes of stores. */
export function storeUses<Declared extends { kind: StoreKind }>(
	platform: { stores: Readonly<Record<string, Declared>> },
	source: AnySource,
): StoreUse<Declared>[] {
	return storeParts(source).flatMap((part) => storeUse(platform, part) ?? []);
}

/** A store, and what a source takes of it. */
export type StoreUse<Declared extends { kind: StoreKind } = Store> = {
	/** The store's name in the contract. */
	name: string;
	store: Declared;
	attribute: StoreAttribute;
	/** How it leads to PostgreSQL; undefined for a value that leads nowhere. */
	via: "socket" | "tls" | undefined;
};

/** The store that a source names, and what it takes of it; undefined for one that takes nothing of a store. */
export function storeUse<Declared extends { kind: StoreKind }>(
	{ stores }: { stores: Readonly<Record<string, Declared>> },
	source: AnySource,
): StoreUse<Declared> | undefined {
	const named = attributeOf(source);
	const store = named && own(stores, named.store);
	if (named === undefined || store === undefined) {
		return undefined;
	}
	const { store: name, attribute } = named;
	return { name, store, attribute, via: wayOf(source, store, attribute) };
}

function wayOf(
	source: AnySource,
	{ kind }: { kind: StoreKind },
	attribute: StoreAttribute,
): StoreUse["via"] {
	const leads =
		kind === "postgres" && (attribute === "url" || attribute === "host");
	return leads && isStoreSource(source) ? (source.via ?? "socket") : undefined;
}
