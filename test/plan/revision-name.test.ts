import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import {
	formatRevisionName,
	lastSegment,
	parseRevisionName,
	templateHash,
} from "../../plan/revision-name.ts";

const service = "netra-backend-production";

describe("a revision's name", () => {
	it("tells epoch, template and attempt", () => {
		expect(
			formatRevisionName(service, { epoch: 12, hash: "0123abcd", attempt: 3 }),
		).toBe("netra-backend-production-e12-0123abcd-3");
		expect(
			formatRevisionName(service, {
				epoch: undefined,
				hash: "0123abcd",
				attempt: 3,
			}),
		).toBe("netra-backend-production-0123abcd-3");
	});

	it("is read back as it was written", () => {
		fc.assert(
			fc.property(
				fc.record({
					epoch: fc.option(fc.nat(999_999), { nil: undefined }),
					hash: fc
						.array(fc.constantFrom(..."0123456789abcdef"), {
							minLength: 8,
							maxLength: 8,
						})
						.map((digits) => digits.join("")),
					attempt: fc.nat(999_999),
				}),
				(name) => {
					expect(
						parseRevisionName(service, formatRevisionName(service, name)),
					).toEqual(name);
				},
			),
		);
	});

	it.each([
		"netra-backend-production-00042-abc",
		"netra-auth-production-e1-0123abcd-3",
		"",
		"netra-backend-production-e1-0123abcd",
		"netra-backend-production-e-0123abcd-1",
		"netra-backend-production-eX-0123abcd-1",
	])("is not seen in '%s'", (revision) => {
		expect(parseRevisionName(service, revision)).toBeUndefined();
	});

	it("is refused where the API would refuse it", () => {
		expect(() =>
			formatRevisionName("s".repeat(50), {
				epoch: 1,
				hash: "0123abcd",
				attempt: 11,
			}),
		).toThrow(
			/has 65 characters, Cloud Run takes 63: shorten the service's name in contract\/platform\.ts$/,
		);
	});

	it("is the last segment of the path that the API gives", () => {
		expect(lastSegment("projects/p/locations/r/services/s/revisions/s-1")).toBe(
			"s-1",
		);
		expect(lastSegment("s-1")).toBe("s-1");
	});
});

describe("a template's hash", () => {
	it("does not depend on the order of keys, but on that of lists", () => {
		expect(templateHash({ a: 1, b: { c: 2, d: 3 } })).toBe(
			templateHash({ b: { d: 3, c: 2 }, a: 1 }),
		);
		expect(templateHash([1, 2])).not.toBe(templateHash([2, 1]));
	});

	it("changes with every value", () => {
		expect(templateHash({ version: "1" })).not.toBe(
			templateHash({ version: "2" }),
		);
		expect(templateHash({ version: "1" })).toMatch(/^[0-9a-f]{8}$/);
	});
});
