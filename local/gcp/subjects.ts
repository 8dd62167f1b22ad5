/** What the provider knows about the resource of a request. */
import type { FaultMoment, FaultOperation, FaultPoint } from "../faults.ts";
import type { Subject } from "../provider/core.ts";
import { factsOf, type TypeFacts } from "../provider/facts.ts";
import { at, type Properties, textAt } from "../provider/values.ts";
import type { ResourceType } from "../types/resource-type.ts";
import { rulesOf } from "./api.ts";

/** What is known of a type. */
export function known(token: string): {
	facts: TypeFacts;
	rules: ResourceType;
} {
	const rules = rulesOf(token);
	const facts = factsOf(token);
	if (facts === undefined) throw new Error(`no facts about ${token}`);
	return { facts, rules };
}

/** The names by which a fault can mean the resource: in the program, in the cloud, and its id. */
export function faultPoint(
	operation: FaultOperation,
	when: FaultMoment,
	{ type, name }: Subject,
	properties: Properties,
	id = "",
): FaultPoint {
	const own = ["name", "secretId", "accountId"].map((key) =>
		textAt(properties, key),
	);
	return {
		operation,
		type,
		when,
		names: [name, ...own, id].filter((one) => one !== ""),
		valueAt: (path) => at(properties, path),
	};
}

/** Whether a property is only part of Pulumi's state. */
export function isStateOnly(rules: ResourceType, key: string): boolean {
	return (
		key === "deletionPolicy" ||
		key === "deletionProtection" ||
		rules.stateOnly?.includes(key) === true
	);
}
