import { describe, expect, it } from "@jest/globals";
import { importsOf } from "../../tools/adopt.ts";

const urn = (types: string, name: string) =>
	`urn:pulumi:staging::netra-platform::${types}::${name}`;
const stack = urn("pulumi:pulumi:Stack", "netra-platform-staging");
const component = urn("netra-platform:index:ManagedSecret", "jwt-secret");
const secret = urn(
	"netra-platform:index:ManagedSecret$gcp:secretmanager/secret:Secret",
	"jwt-secret",
);
const network = urn("gcp:compute/network:Network", "network-vpc");

const created = (
	of: string,
	type: string,
	custom: boolean,
	parent = stack,
) => ({
	op: "create",
	urn: of,
	newState: { type, custom, parent },
});
const makeComponent = created(
	component,
	"netra-platform:index:ManagedSecret",
	false,
);
const makeSecret = created(
	secret,
	"gcp:secretmanager/secret:Secret",
	true,
	component,
);
const makeNetwork = created(network, "gcp:compute/network:Network", true);
const id = "projects/p/secrets/jwt-secret-staging";

const imported = {
	type: "gcp:secretmanager/secret:Secret",
	name: "Secret jwt-secret",
	logicalName: "jwt-secret",
	id,
	parent: "ManagedSecret jwt-secret",
};

describe("the file of imports", () => {
	it("holds what exists, with its id, and the components that are made as its parents", () => {
		expect(
			importsOf(
				{ steps: [makeComponent, makeSecret, makeNetwork] },
				{ "Secret jwt-secret": id },
			),
		).toEqual({
			nameTable: {},
			resources: [
				{
					type: "netra-platform:index:ManagedSecret",
					name: "ManagedSecret jwt-secret",
					logicalName: "jwt-secret",
					component: true,
				},
				imported,
			],
		});
	});

	it("names a parent that is in the state by its URN, also where the child bears its name", () => {
		expect(
			importsOf({ steps: [makeSecret] }, { "Secret jwt-secret": id }),
		).toEqual({
			nameTable: { "ManagedSecret jwt-secret": component },
			resources: [imported],
		});
	});

	it("leaves the stack out, which is the parent of what has none", () => {
		expect(
			importsOf({ steps: [makeNetwork] }, { "Network network-vpc": "n" })
				.resources,
		).toEqual([
			{
				type: "gcp:compute/network:Network",
				name: "Network network-vpc",
				logicalName: "network-vpc",
				id: "n",
			},
		]);
	});

	it("refuses an id of something that the plan does not create, with the names that it knows", () => {
		const steps = [makeComponent, makeSecret, { ...makeNetwork, op: "update" }];
		expect(() =>
			importsOf(
				{ steps },
				{ "ManagedSecret jwt-secret": "x", "Network network-vpc": "n" },
			),
		).toThrow(
			`[adopt] the program makes no 'ManagedSecret jwt-secret', 'Network network-vpc'; expected "<type> <name>" of a resource that the plan creates
  fix: take them out of the list of ids, or write them as the plan does: Secret jwt-secret, …`,
		);
	});
});
