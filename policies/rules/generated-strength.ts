/** Generated keys are long, random, hexadecimal, and each its own. */
import type { GeneratedSource } from "../../contract/sources.ts";
import type { Evidence } from "../evidence.ts";
import { booleanAt, is, known, numberAt, textAt } from "../read.ts";
import { type Finding, forUsers, type Rule } from "../rule.ts";
import { type StackResource, types } from "../stack.ts";

/**
 * Hex digits that a generated value is made from, and the form of the value itself. Written down again and not taken
 * from what makes the value: a fault there must not hide itself.
 */
function wantedOf({ encoding, bytes = 32 }: GeneratedSource): {
	digits: number;
	form: RegExp;
} {
	const digits = 2 * bytes;
	switch (encoding) {
		case "hex":
			return { digits, form: new RegExp(`^[0-9a-f]{${digits}}$`) };
		case "base64": {
			const padding = (3 - (bytes % 3)) % 3;
			const characters = 4 * Math.ceil(bytes / 3) - padding;
			return {
				digits,
				form: new RegExp(`^[A-Za-z0-9+/]{${characters}}={${padding}}$`),
			};
		}
		case "base64url":
			return {
				digits,
				form: new RegExp(`^[A-Za-z0-9_-]{${Math.ceil((4 * bytes) / 3)}}$`),
			};
		case "fernet":
			return { digits: 32, form: /^[A-Za-z0-9_-]{43}=$/ };
		case "uuid":
			return {
				digits: 32,
				form: /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
			};
	}
}

/** The hex digits that a value carries, taken out of it again. */
function digitsIn(value: string, { encoding }: GeneratedSource): string {
	switch (encoding) {
		case "hex":
			return value;
		case "base64":
		case "base64url":
			return Buffer.from(value, encoding).toString("hex");
		case "fernet":
			return Buffer.from(value, "base64url").toString("latin1");
		case "uuid":
			return value.replaceAll("-", "");
	}
}

/** A UUID's version and variant stand where two of the digits were. */
const fixedInUuid = [12, 16];

function isSame(digits: string, result: string, encoding: string): boolean {
	return [...result].every(
		(digit, index) =>
			digits[index] === digit ||
			(encoding === "uuid" && fixedInUuid.includes(index)),
	);
}

const loginDigits = 32;

export const generatedStrength: Rule = {
	id: "generated-strength",
	level: "mandatory",
	requirements: ["R-045"],
	complies:
		"Each generated secret, and each login's password, comes from a RandomPassword of its own, of enough hex digits, and has the form that its readers expect.",
	rejects: [
		"too few digits, or a number that this preview does not know",
		"other characters than hex digits",
		"a generator that two secrets share",
		"a value of another form than the contract's source",
		"a value that does not carry its generator's digits",
	],
	why: "A mixed-case value hits word lists such as dev now and then; equal keys for two purposes let one forge the other.",
	fix: "make it from a RandomPassword of its own with upper: false, lower: false and overrideSpecial: abcdef; a key that is deployed keeps its form: put its source in contract/platform.ts back, or give the new form a secret of its own",
	looksAt: "stack",
	*check(evidence) {
		const { secrets } = evidence.expected;
		const owners = new Map<StackResource, string>();
		for (const [secretId, { source }] of secrets) {
			if (source.from !== "generated") {
				continue;
			}
			const { digits, form } = wantedOf(source);
			for (const version of evidence.versionsOf(secretId)) {
				for (const problem of [
					...generatorProblems(evidence, version, "secretData", digits),
					...sharedProblems(evidence, version, secretId, owners),
					...formProblems(version, form),
					...digitProblems(evidence, version, source),
				]) {
					yield* forUsers(evidence, secretId, version, problem);
				}
			}
		}
		for (const user of evidence.stack.ofType(types.user)) {
			for (const problem of generatorProblems(
				evidence,
				user,
				"password",
				loginDigits,
			)) {
				yield { resource: user, critical: true, ...problem };
			}
		}
	},
};

type Problem = Pick<Finding, "found" | "needed">;

function* generatorProblems(
	{ stack }: Evidence,
	resource: StackResource,
	property: string,
	digits: number,
): Generator<Problem> {
	for (const { name, properties } of stack.madeFrom(
		resource,
		property,
		types.password,
	)) {
		const length = numberAt(properties, "length");
		if (length.state !== "known" || length.value < digits) {
			yield {
				found: `the generator ${name} with too few digits, or a number that this preview does not know`,
				needed: `${digits} digits`,
			};
		}
		const hex =
			is(booleanAt(properties, "upper"), false) &&
			is(booleanAt(properties, "lower"), false) &&
			!is(booleanAt(properties, "special"), false) &&
			!is(booleanAt(properties, "numeric"), false) &&
			is(textAt(properties, "overrideSpecial"), "abcdef");
		if (!hex) {
			yield {
				found: `the generator ${name} with other characters than hex digits`,
				needed: "all sixteen hex digits and no other character",
			};
		}
	}
}

/** Also notes whose each generator is. */
function* sharedProblems(
	{ stack }: Evidence,
	version: StackResource,
	secretId: string,
	owners: Map<StackResource, string>,
): Generator<Problem> {
	for (const generator of stack.madeFrom(
		version,
		"secretData",
		types.password,
	)) {
		const owner = owners.get(generator) ?? secretId;
		owners.set(generator, owner);
		if (owner !== secretId) {
			yield {
				found: `the generator ${generator.name}, which also makes ${owner}`,
				needed: "a generator of its own",
			};
		}
	}
}

function* digitProblems(
	{ stack }: Evidence,
	version: StackResource,
	source: GeneratedSource,
): Generator<Problem> {
	const value = known(textAt(version.properties, "secretData"));
	for (const { name, properties } of stack.madeFrom(
		version,
		"secretData",
		types.password,
	)) {
		const result = known(textAt(properties, "result"));
		if (
			value !== undefined &&
			result !== undefined &&
			!isSame(digitsIn(value, source), result, source.encoding)
		) {
			yield {
				found: `a value without the digits of the generator ${name}`,
				needed: "all of them, in the encoding that the contract's source says",
			};
		}
	}
}

function* formProblems(
	version: StackResource,
	form: RegExp,
): Generator<Problem> {
	const value = known(textAt(version.properties, "secretData"));
	if (value !== undefined && !form.test(value)) {
		yield {
			found: "a value of another form",
			needed: "the form that the contract's source says",
		};
	}
}
