/** What is known of each resource type: one JSON file a type under `facts/`, observed with gcp 9.35 and random 4.21. */
import { readdirSync, readFileSync } from "node:fs";
import type { Value } from "./values.ts";

/** What is known of one property. */
export interface PropertyFacts {
	/** The shape of the value. */
	readonly type:
		| "string"
		| "number"
		| "boolean"
		| "list"
		| "set"
		| "map"
		| "object";
	/** What a list, set or map holds. */
	readonly of?: "string" | "number" | "boolean" | "object";
	/** An input that has to be given. */
	readonly required: boolean;
	/** An input that may be left out. */
	readonly optional: boolean;
	/** Filled in by the API where it is not given; alone: output only. */
	readonly computed: boolean;
	/** A change replaces the resource. */
	readonly forceNew: boolean;
	/** The output is a secret. */
	readonly secret: boolean;
	/** Never part of the outputs, and its changes are not seen. */
	readonly writeOnly: boolean;
	/** A number that need not be whole. */
	readonly float: boolean;
	/** What stands where the program gives nothing. */
	readonly default?: Value;
	/** What the API answers where the program gives nothing, if it is not the type's zero. */
	readonly unset?: Value;
	/** The name is made from the resource's name where it is not given. */
	readonly autoName?: {
		readonly maxLength: number;
		readonly lowercase?: boolean;
	};
	/** Dotted paths of properties that can't be given together with this one. */
	readonly conflictsWith?: readonly string[];
	/** Dotted paths of properties that this one needs. */
	readonly requiredWith?: readonly string[];
	/** How many elements a list takes. */
	readonly minItems?: number;
	/** How many elements a list takes. */
	readonly maxItems?: number;
	/** The upstream function that hides differences of form. */
	readonly diffSuppress?: string;
	/** The same for a list's elements. */
	readonly elemDiffSuppress?: string;
	/** The values that the provider accepts. */
	readonly enum?: readonly string[];
	/** The properties of the block, or of the blocks in the list. */
	readonly props?: Readonly<Record<string, PropertyFacts>>;
}

/** What is known of one resource type. */
export interface TypeFacts {
	/** The type's token, such as `gcp:sql/user:User`. */
	readonly token: string;
	/** Other tokens that mean the same type. */
	readonly aliases?: readonly string[];
	/** Every replacement deletes first. */
	readonly deleteBeforeReplace?: boolean;
	/** Labels are merged with the provider's; "attributed" adds the provider's own label. */
	readonly labels?: "attributed" | "plain";
	/** The provider's project stands in where none is given. */
	readonly providerProject?: boolean;
	/** The provider's region is known at preview where none is given. */
	readonly providerRegion?: boolean;
	/** Computed properties that a first preview knows. */
	readonly previewKnown?: readonly string[];
	/** Groups of dotted paths of which exactly one is given. */
	readonly exactlyOneOf?: readonly (readonly string[])[];
	/** Groups of dotted paths of which at least one is given, if their block is. */
	readonly atLeastOneOf?: readonly (readonly string[])[];
	/** Behaviour that the flags don't show; for the reader. */
	readonly notes?: readonly string[];
	/** The type's properties. */
	readonly properties: Readonly<Record<string, PropertyFacts>>;
}

const folder = new URL("../facts/", import.meta.url);
const loaded = new Map<string, TypeFacts>();

/** The file of a type: `gcp:sql/user:User` is `gcp/sql.User.json`. */
function fileOf(token: string): string | undefined {
	const [, pkg, module, name] = /^(\w+):(\w+)\/\w+:(\w+)$/.exec(token) ?? [];
	if (pkg === undefined) return undefined;
	return pkg === "random"
		? `${pkg}/${name}.json`
		: `${pkg}/${module}.${name}.json`;
}

/** The facts of a type, read when first asked for; undefined where the stand-in does not know the type. */
export function factsOf(token: string): TypeFacts | undefined {
	const known = loaded.get(token);
	if (known !== undefined) return known;
	const file = fileOf(token);
	if (file === undefined) return undefined;
	let text: string;
	try {
		text = readFileSync(new URL(file, folder), "utf8");
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
		throw error;
	}
	const raw = JSON.parse(text);
	const facts = { ...raw, properties: parseAll(raw.properties) } as TypeFacts;
	loaded.set(token, facts);
	return facts;
}

/** The tokens of every type of a package that the stand-in knows. */
export function knownTokens(pkg: "gcp" | "random"): string[] {
	return readdirSync(new URL(`${pkg}/`, folder)).map(
		(file) =>
			JSON.parse(readFileSync(new URL(`${pkg}/${file}`, folder), "utf8")).token,
	);
}

type RawProperty =
	| string
	| ({ is: string; props?: Record<string, RawProperty> } & Record<
			string,
			unknown
	  >);

function parseAll(
	raw: Record<string, RawProperty>,
): Record<string, PropertyFacts> {
	return Object.fromEntries(
		Object.entries(raw).map(([name, property]) => [name, parse(property)]),
	);
}

/** Reads one property: its flags, as in "list<object> optional computed", and what the object form adds. */
function parse(raw: RawProperty): PropertyFacts {
	const { is, props, ...rest } = typeof raw === "string" ? { is: raw } : raw;
	const [shape = "", ...flags] = is.split(" ");
	const [, type, of] = /^(\w+)(?:<(\w+)>)?$/.exec(shape) ?? [];
	return {
		...rest,
		type: type as PropertyFacts["type"],
		...(of === undefined ? {} : { of: of as PropertyFacts["of"] }),
		required: flags.includes("required"),
		optional: flags.includes("optional"),
		computed: flags.includes("computed"),
		forceNew: flags.includes("forceNew"),
		secret: flags.includes("secret"),
		writeOnly: flags.includes("writeOnly"),
		float: flags.includes("float"),
		...(props === undefined ? {} : { props: parseAll(props) }),
	};
}
