/** The random provider. */
import { describe, expect, it } from "@jest/globals";
import {
	type Properties,
	plainProperties,
	Secret,
	UNKNOWN,
} from "../../local/provider/values.ts";
import { RandomProvider } from "../../local/random/provider.ts";
import { subject } from "./harness.ts";

const PASSWORD = "random:index/randomPassword:RandomPassword";
const STRING = "random:index/randomString:RandomString";
const ID = "random:index/randomId:RandomId";

const provider = new RandomProvider();
const make = async (type: string, inputs: Properties) => {
	const { id, outputs } = await provider.create({
		...subject(type, "x"),
		inputs,
		preview: false,
	});
	return { id, outputs: plainProperties(outputs) };
};
const plan = (
	type: string,
	olds: Properties,
	news: Properties,
	ignoreChanges: string[] = [],
) =>
	provider.diff({
		...subject(type, "x"),
		id: "none",
		olds,
		news,
		ignoreChanges,
	});

describe("RandomPassword", () => {
	it("draws from the classes that it may, and from nothing else", async () => {
		const hex = {
			length: 64,
			upper: false,
			lower: false,
			special: true,
			overrideSpecial: "abcdef",
		};
		const { id, outputs } = await make(PASSWORD, hex);
		expect(id).toBe("none");
		expect(outputs.result).toMatch(/^[0-9a-f]{64}$/);
		expect((await make(PASSWORD, hex)).outputs.result).not.toBe(outputs.result);
	});

	it("keeps the minimum of each class", async () => {
		const { outputs } = await make(PASSWORD, {
			length: 8,
			minUpper: 2,
			minLower: 2,
			minNumeric: 2,
			minSpecial: 2,
		});
		const count = (pattern: RegExp) =>
			String(outputs.result).match(pattern)?.length ?? 0;
		expect([
			count(/[A-Z]/g),
			count(/[a-z]/g),
			count(/\d/g),
			count(/[^A-Za-z\d]/g),
		]).toEqual([2, 2, 2, 2]);
	});

	it("marks its value and its hash secret, and knows neither in a preview", async () => {
		const { outputs } = await provider.create({
			...subject(PASSWORD, "x"),
			inputs: { length: 8 },
			preview: true,
		});
		expect(outputs.result).toEqual(new Secret(UNKNOWN));
		expect(outputs.bcryptHash).toEqual(new Secret(UNKNOWN));
		expect(outputs.lower).toBe(true);
	});

	it.each([
		[
			"no length",
			{ length: 0 },
			"Invalid Attribute Value. Attribute length value must be at least 1, got: 0. Examine values at 'x'.",
		],
		[
			"a length below the minimums",
			{ length: 1, minUpper: 2 },
			"Invalid Attribute Value. Attribute length value must be at least sum of minimums, got: 1. Examine values at 'x'.",
		],
		["a missing length", {}, "Missing required property 'length'"],
		[
			"an unknown input",
			{ length: 8, lenght: 9 },
			"Invalid or unknown key. Examine values at 'x.lenght'.",
		],
	])("refuses %s", (_what, news, reason) => {
		expect(
			provider.check({ ...subject(PASSWORD, "x"), news }).failures,
		).toEqual([{ reason }]);
	});

	it("refuses an empty set of characters", async () => {
		const nothing = {
			length: 8,
			upper: false,
			lower: false,
			numeric: false,
			special: false,
		};
		await expect(make(PASSWORD, nothing)).rejects.toThrow(
			"the character set specified is empty",
		);
	});

	it.each([
		["keepers", { length: 8, keepers: { epoch: "2" } }],
		["length", { length: 9, keepers: { epoch: "1" } }],
		["special", { length: 8, special: false, keepers: { epoch: "1" } }],
	])("is replaced by a change of %s, create first", async (key, news) => {
		const { outputs } = await make(PASSWORD, {
			length: 8,
			keepers: { epoch: "1" },
		});
		expect(plan(PASSWORD, outputs, news)).toEqual({
			changes: true,
			replaces: [key],
			diffs: [key],
			detailed: undefined,
			deleteBeforeReplace: false,
		});
	});

	it("stays as it is where nothing changes, and where the change is ignored", async () => {
		const inputs = { length: 8, keepers: { epoch: "1" } };
		const { outputs } = await make(PASSWORD, inputs);
		expect(plan(PASSWORD, outputs, inputs).changes).toBe(false);
		expect(
			plan(PASSWORD, outputs, { ...inputs, length: 9 }, ["length"]).changes,
		).toBe(false);
	});

	it("that is imported takes the value, and is replaced by keepers, with a value at once or later", async () => {
		const read = await provider.read({
			...subject(PASSWORD, "x"),
			id: "correct-horse",
		});
		expect(read?.id).toBe("none");
		const outputs = plainProperties(read?.outputs ?? {});
		expect(outputs).toMatchObject({ result: "correct-horse", length: 13 });
		expect(plan(PASSWORD, outputs, { length: 13 }).changes).toBe(false);
		expect(
			plan(PASSWORD, outputs, { length: 13, keepers: { epoch: null } }).changes,
		).toBe(false);
		expect(
			plan(PASSWORD, outputs, { length: 13, keepers: { epoch: "1" } }).replaces,
		).toEqual(["keepers"]);
	});

	it("is kept by a refresh as it is", async () => {
		const inputs = { length: 8 };
		const { id, outputs } = await make(PASSWORD, inputs);
		expect(
			await provider.read({
				...subject(PASSWORD, "x"),
				id,
				inputs,
				state: outputs,
			}),
		).toEqual({ id, inputs, outputs });
	});
});

describe("RandomString", () => {
	it("has its value for an id, in plain sight", async () => {
		const { id, outputs } = await make(STRING, { length: 12, special: false });
		expect(id).toBe(outputs.result);
		expect(id).toMatch(/^[A-Za-z0-9]{12}$/);
	});
});

describe("RandomId", () => {
	it("shows the same bytes in four forms, the prefix before each", async () => {
		const { id, outputs } = await make(ID, { byteLength: 8, prefix: "p-" });
		const bytes = Buffer.from(id, "base64url");
		expect(outputs).toMatchObject({
			hex: `p-${bytes.toString("hex")}`,
			b64Std: `p-${bytes.toString("base64")}`,
			b64Url: `p-${id}`,
			dec: `p-${BigInt(`0x${bytes.toString("hex")}`)}`,
		});
	});
});

it("other types and data sources are errors", async () => {
	expect(() =>
		provider.check({
			...subject("random:index/randomPet:RandomPet", "x"),
			news: {},
		}),
	).toThrow(
		"the stand-in does not know the resource type random:index/randomPet:RandomPet",
	);
	await expect(provider.invoke("random:index/x:x")).rejects.toThrow(
		"the stand-in does not know the data source",
	);
});
