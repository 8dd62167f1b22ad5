/** Every derivation of the contract, broken for the program and the pack alike: what both go by, neither must believe. */
import { readdirSync, readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "@jest/globals";
import { faults } from "./derivations/faults.ts";
import type { Judged } from "./derivations/judge.ts";
import {
	type Accepted,
	noDerivations,
	shownByThePlan,
	withoutEffect,
} from "./derivations/survivors.ts";
import { judgedBy } from "./judged.ts";

let judged: Judged;

beforeAll(async () => {
	judged = await judgedBy<Judged>("./derivations/judge.ts");
	const by = Map.groupBy(judged, ({ outcome }) => outcome);
	const count = (outcome: Judged[number]["outcome"]) =>
		by.get(outcome)?.length ?? 0;
	process.stdout.write(
		`${judged.length} faults of derivations: the contract's own checks reject ${count("contract")}, the program ${count("program")}, the pack ${count("pack")}, the recorded plan ${count("plan")}; ${count("nothing")} have no effect\n`,
	);
});

const faultsOf = (list: readonly Accepted[]) =>
	list.flatMap((each) => each.faults).sort();

describe("a fault in a derivation of the contract", () => {
	it.each<[string, "plan" | "nothing", readonly Accepted[]]>([
		["is shown by the recorded plan alone", "plan", shownByThePlan],
		["changes nothing", "nothing", withoutEffect],
	])(
		"[R-103] is rejected, unless it is listed with its reason: %s",
		(_, outcome, list) => {
			expect(
				judged
					.filter((each) => each.outcome === outcome)
					.map(({ fault }) => fault)
					.sort(),
			).toEqual(faultsOf(list));
		},
	);

	it("[R-103] is there for every function that derives something", () => {
		const broken = new Set(
			Object.values(faults)
				.flat()
				.map((each) => each.of),
		);
		const folder = new URL("../../contract/", import.meta.url);
		const exported = readdirSync(folder).flatMap((file) =>
			[
				...readFileSync(new URL(file, folder), "utf8").matchAll(
					/^export (?:async )?function\*? (\w+)/gm,
				),
			].map(([, name]) => name ?? ""),
		);
		expect(exported.filter((name) => !broken.has(name)).sort()).toEqual(
			Object.values(noDerivations).flat().sort(),
		);
	});
});
