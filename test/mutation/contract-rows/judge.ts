/**
 * Looks for every edit of a row of the contract that nothing rejects, and prints them as JSON. A process of its own, since
 * code under Jest takes twice the time:
 *
 *   node test/mutation/contract-rows/judge.ts
 */
import { isDeepStrictEqual } from "node:util";
import {
	type Environment,
	environments,
} from "../../../contract/environments.ts";
import { platform } from "../../../contract/platform.ts";
import type { Platform } from "../../../contract/schema.ts";
import { Evidence } from "../../../policies/evidence.ts";
import { expectedIn } from "../../../policies/expected.ts";
import { judge } from "../../../policies/judge.ts";
import { criticalList } from "../../../policies/rules/critical-list.ts";
import { secondKey as secondKeyRule } from "../../../policies/rules/second-key.ts";
import { secondKey } from "../../../policies/shipped-key.ts";
import { Stack } from "../../../policies/stack.ts";
import { edited, previewed } from "../../policies/changed-contract.ts";
import { type RowEdit, rowEdits } from "./rows.ts";

/** An edit that nothing rejects. */
export type Survivor = {
	/** The row, and what is done to it. */
	edit: string;
	/** The recorded plan changes with it, so that its reviewers see it. */
	isShown: boolean;
};

/** What is printed. */
export type Judged = {
	edits: string[];
	/** How many each check rejects. */
	rejected: { contract: number; secondKey: number; stack: number };
	survivors: Survivor[];
};

// Pulumi keeps a stack trace with each of its promises, which is most of the time.
Error.stackTraceLimit = 0;

const nothing = { granted: [], problems: [] };

/** The rules that need no resources. */
const disagrees = (contract: Platform) =>
	environments.some((environment) => {
		const expected = expectedIn(contract, secondKey, environment);
		const evidence = new Evidence(new Stack([], true), expected, nothing);
		return judge([criticalList, secondKeyRule], evidence).length > 0;
	});

/** Where an edit shows. */
const stackOf = ({ row }: RowEdit): Environment =>
	environments.find((each) => row.split(".").includes(each)) ??
	(row.includes("e2e-") ? "staging" : "production");

const judged: Judged = {
	edits: [],
	rejected: { contract: 0, secondKey: 0, stack: 0 },
	survivors: [],
};
const sound = new Map<Environment, string>();
for (const each of environments) {
	const { plan, rejections } = await previewed(platform, each);
	if (rejections.length > 0) {
		throw new Error(`the shipped contract must pass: ${rejections[0]}`);
	}
	sound.set(each, plan);
}
// What says the same in other words, or has been edited so already, is no further edit.
const seen = new Set<string>();
for (const each of rowEdits()) {
	const contract = edited(each.edit);
	const text = JSON.stringify(contract);
	if (
		typeof contract !== "string" &&
		(seen.has(text) || isDeepStrictEqual(contract, platform))
	) {
		continue;
	}
	seen.add(text);
	const edit = `${each.row}: ${each.how}`;
	judged.edits.push(edit);
	if (typeof contract === "string") {
		judged.rejected.contract++;
	} else if (disagrees(contract)) {
		judged.rejected.secondKey++;
	} else {
		await judgeStack(edit, contract, stackOf(each));
	}
}
process.stdout.write(JSON.stringify(judged));

/** The stack that the contract registers. */
async function judgeStack(
	edit: string,
	contract: Platform,
	stack: Environment,
): Promise<void> {
	const { plan, rejections } = await previewed(contract, stack);
	if (rejections.length > 0) {
		judged.rejected.stack++;
	} else {
		judged.survivors.push({ edit, isShown: plan !== sound.get(stack) });
	}
}
