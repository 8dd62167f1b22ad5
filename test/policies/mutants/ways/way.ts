/** One way to break a rule, as the rule's own text names it; and what several files of ways need. */
import type { Phase } from "../../../fixtures/preview.ts";
import {
	keyOf,
	type Resource,
	type Value,
} from "../../../fixtures/resources.ts";
import {
	type Change,
	edit,
	having,
	ofSecret,
	set,
	type,
	workload,
} from "../operations.ts";

/** What is changed, what the message must say, and where it applies. */
export type Line = {
	change: Change;
	says: readonly string[];
	/** Left out where the fault consists of a value that a preview does not know. @default every phase */
	phases?: readonly Phase[];
	/** @default "staging" */
	environment?: "staging" | "production";
};

/** By rule, by the text in the rule's `rejects`. */
export type Ways = Record<string, Record<string, Line[]>>;

export const line = (change: Change, ...says: string[]): Line => ({
	change,
	says,
});
/** For a fault in a value that exists only once the stack does. */
export const known = (change: Change, ...says: string[]): Line => ({
	change,
	says,
	phases: ["settled"],
});
export const inProduction = (change: Change, ...says: string[]): Line => ({
	change,
	says,
	environment: "production",
});

/** Names in Cloud Run. */
export const auth = "netra-auth-staging";
export const backend = "netra-backend-staging";
export const frontend = "netra-frontend-staging";
export const authJob = "netra-preflight-auth-staging";

export const authMember =
	"serviceAccount:netra-auth@netra-staging.iam.gserviceaccount.com";
export const accessor = "roles/secretmanager.secretAccessor";

type Match = (resource: Resource) => boolean;
/** A match that looks at the whole stack first. */
type Find = (resources: readonly Resource[]) => Match;

/** Sets a property of what is found. */
export const setFound =
	(find: Find, path: string, value: Value | undefined): Change =>
	(resources) =>
		set(find(resources), path, value)(resources);

export const editFound =
	(find: Find, change: (resource: Resource) => Resource): Change =>
	(resources) =>
		edit(find(resources), change)(resources);

/** The versions of a secret. */
export const versionOf =
	(secretId: string): Find =>
	(resources) => {
		const match = ofSecret(resources, "secret", secretId);
		return (each) => type("SecretVersion")(each) && match(each);
	};

/** The grants of a secret to auth. */
export const grantOf =
	(secretId: string): Find =>
	(resources) => {
		const match = ofSecret(resources, "secretId", secretId);
		return (each) =>
			type("SecretIamMember")(each) &&
			match(each) &&
			each.properties.member === authMember;
	};

/** The resources of a type that a property of others was made from. */
export const madeInto =
	(of: string, find: Find, property: string): Find =>
	(resources) => {
		const keys = resources
			.filter(find(resources))
			.flatMap((each) => each.propertyDependencies[property] ?? []);
		return (each) => type(of)(each) && keys.includes(keyOf(each));
	};

export const always =
	(match: Match): Find =>
	() =>
		match;

export const login = (slot: "a" | "b"): Match =>
	having("User", "name", `netra_${slot}`);

/** A property was made from other resources. */
export const madeFrom =
	(find: Find, property: string, sources: Find): Change =>
	(resources) => {
		const keys = resources.filter(sources(resources)).map(keyOf);
		return edit(find(resources), (each) => ({
			...each,
			propertyDependencies: {
				...each.propertyDependencies,
				[property]: keys,
			},
		}))(resources);
	};

/** Takes away everything that makes a workload wait for some resources. */
export const waitsNotFor =
	(name: string, match: Match): Change =>
	(resources) => {
		const keys = new Set(resources.filter(match).map(keyOf));
		for (let size = 0; size !== keys.size; ) {
			size = keys.size;
			for (const each of resources) {
				if (each.dependsOn.some((key) => keys.has(key))) {
					keys.add(keyOf(each));
				}
			}
		}
		return edit(workload(name), (each) => ({
			...each,
			dependsOn: each.dependsOn.filter((key) => !keys.has(key)),
		}))(resources);
	};
