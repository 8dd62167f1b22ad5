import { describe, expect, it } from "@jest/globals";
import { Failure } from "../../preflight/failure.ts";
import { retry } from "../../preflight/retry.ts";

const patience = { budgetSeconds: 20, attemptSeconds: 5 };
const never = new AbortController().signal;
const silence = () =>
	new Failure("no answer in time", { fix: "look", definite: false });
const refused = (definite: boolean) =>
	new Failure("the server refuses connections", { fix: "start it", definite });

describe("an attempt that fails", () => {
	it("[R-062] is repeated until it succeeds, and the attempts are counted", async () => {
		let attempts = 0;
		const run = async () => {
			attempts += 1;
			if (attempts < 3) {
				throw refused(false);
			}
			return "logged in";
		};
		expect(await retry(patience, run, silence, never)).toEqual({
			attempts: 3,
			result: "logged in",
		});
	});

	it("[R-062] is not repeated where another attempt cannot end differently", async () => {
		const failure = refused(true);
		const run = () => Promise.reject(failure);
		expect(await retry(patience, run, silence, never)).toEqual({
			attempts: 1,
			failure,
		});
	});

	it("[R-062] is the answer once the budget is used up", async () => {
		const failure = refused(false);
		const run = () => Promise.reject(failure);
		const { failure: said } = await retry(
			{ budgetSeconds: 0.2, attemptSeconds: 0.1 },
			run,
			silence,
			never,
		);
		expect(said).toBe(failure);
	});

	it("[R-062] is told as silence where it did not end by itself", async () => {
		const run = (signal: AbortSignal) =>
			new Promise<never>((_, reject) =>
				signal.addEventListener("abort", () => reject(signal.reason)),
			);
		expect(
			await retry(
				{ budgetSeconds: 0.1, attemptSeconds: 0.1 },
				run,
				silence,
				never,
			),
		).toMatchObject({ failure: { message: "no answer in time" } });
	});

	it("is no failure of the server's if it is a bug", async () => {
		const bug = new RangeError("a bug");
		await expect(
			retry(patience, () => Promise.reject(bug), silence, never),
		).rejects.toBe(bug);
	});
});
