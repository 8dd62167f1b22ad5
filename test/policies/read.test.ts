import { createRequire } from "node:module";
import { describe, expect, it } from "@jest/globals";
import {
	at,
	booleanAt,
	decode,
	elementsAt,
	listAt,
	numberAt,
	textAt,
	unknown,
} from "../../policies/read.ts";

const proxy = createRequire(import.meta.url)("@pulumi/policy/proxy.js");

/** Properties as the SDK hands them out: touching an unknown one throws. */
const shown = (properties: object) =>
	decode(proxy.unknownCheckingProxy(properties));

describe("reading a resource's properties", () => {
	it("[R-031] turns every kind of unknown into one mark, wherever it is", () => {
		expect(
			shown({
				text: proxy.unknownStringValue,
				number: proxy.unknownNumberValue,
				flag: proxy.unknownBooleanValue,
				object: proxy.unknownObjectValue,
				list: proxy.unknownArrayValue,
				nested: [{ deep: proxy.unknownStringValue, known: "yes" }],
			}),
		).toEqual({
			text: unknown,
			number: unknown,
			flag: unknown,
			object: unknown,
			list: unknown,
			nested: [{ deep: unknown, known: "yes" }],
		});
	});

	it("[R-031] takes a value that throws another error when it is read for unknown", () => {
		const properties = {
			get broken() {
				throw new TypeError("not now");
			},
		};
		expect(decode(properties)).toEqual({ broken: unknown });
	});

	it("[R-031] tells known, unknown and missing apart, null being missing", () => {
		const data = shown({
			empty: null,
			known: { text: "yes" },
			unknown: proxy.unknownStringValue,
		});
		expect(textAt(data, "known", "text")).toEqual({
			state: "known",
			value: "yes",
		});
		expect(textAt(data, "unknown", "text")).toEqual({ state: "unknown" });
		expect(textAt(data, "unknown")).toEqual({ state: "unknown" });
		expect(textAt(data, "empty", "text")).toEqual({ state: "missing" });
		expect(textAt(data, "absent", "text")).toEqual({ state: "missing" });
		expect(at(data, "absent")).toEqual({ state: "missing" });
	});

	it("[R-031] takes a value of another shape than asked for as unknown", () => {
		const data = shown({ list: ["a"], object: {}, text: "a", number: 7 });
		expect(textAt(data, "list")).toEqual({ state: "unknown" });
		expect(textAt(data, "text", "inside")).toEqual({ state: "unknown" });
		expect(numberAt(data, "text")).toEqual({ state: "unknown" });
		expect(booleanAt(data, "text")).toEqual({ state: "unknown" });
		expect(listAt(data, "object")).toEqual({ state: "unknown" });
		expect(elementsAt(data, "object")).toEqual([]);
	});

	it("[R-031] reads numbers that are written as text, and texts that are numbers", () => {
		const data = shown({ text: "7", number: 7, flag: true, blank: " " });
		expect(numberAt(data, "text")).toEqual({ state: "known", value: 7 });
		expect(numberAt(data, "blank")).toEqual({ state: "unknown" });
		expect(textAt(data, "number")).toEqual({ state: "known", value: "7" });
		expect(textAt(data, "flag")).toEqual({ state: "known", value: "true" });
	});
});
