import { expect, it } from "@jest/globals";
import { changeMark } from "../../plan/change-mark.ts";

const wanted = { image: "a", traffic: ["x"] };
const mark = changeMark(undefined, wanted, "000001");

it("[R-031] stays while the cloud carries the mark of just this", () => {
	expect(changeMark(mark, { traffic: ["x"], image: "a" }, "000002")).toBe(mark);
});

it.each([
	["carries none", undefined],
	["carries that of another change", changeMark(undefined, {}, "000001")],
	["carries what somebody else wrote", "by-hand"],
])("[R-031] is new when the cloud %s", (_what, carried) => {
	expect(changeMark(carried, wanted, "000002")).toMatch(/^[0-9a-f]{8}-000002$/);
});
