import { describe, expect, it } from "@jest/globals";
import { UserError } from "../../contract/errors.ts";
import { platform } from "../../contract/platform.ts";
import { parsePlatform, type Replication } from "../../contract/schema.ts";
import {
	recordedReplication,
	refuseOtherReplication,
	replicationInputs,
} from "../../plan/replication.ts";

const regions = (...locations: string[]) => ({ locations });

describe("the replication of a secret", () => {
	it("is given to the provider as automatic, or in the regions' order", () => {
		expect(replicationInputs("automatic")).toEqual({ auto: {} });
		expect(replicationInputs(regions("us-east1", "us-central1"))).toEqual({
			userManaged: {
				replicas: [{ location: "us-east1" }, { location: "us-central1" }],
			},
		});
	});

	it.each<[string, unknown]>([
		[
			"as the provider writes it",
			{ auto: { customerManagedEncryption: null }, userManaged: null },
		],
		["as an import leaves it", { auto: null, userManaged: null }],
		["as nothing at all", null],
	])("is read as automatic from a state that has it %s", (_, recorded) => {
		expect(recordedReplication(recorded)).toBe("automatic");
	});

	it("is read as regions from a state that has some", () => {
		expect(
			recordedReplication({
				auto: null,
				userManaged: {
					replicas: [
						{ customerManagedEncryption: null, location: "us-east1" },
						{ customerManagedEncryption: null, location: "us-central1" },
					],
				},
			}),
		).toEqual(regions("us-east1", "us-central1"));
	});
});

/** Secrets of staging as a state records them. */
const recorded = (entries: Record<string, Replication>) =>
	Object.entries(entries).map(([name, replication]) => ({
		name,
		properties: { replication: replicationInputs(replication) },
	}));

describe("an update", () => {
	const contract = structuredClone(platform);
	contract.environments.staging.secretReplication = regions(
		"us-east1",
		"us-central1",
	);
	Object.assign(
		contract.secrets.find(({ id }) => id === "redis-ca") as object,
		{ replication: { staging: "automatic" } },
	);

	it("that leaves secrets where they are kept is not refused", () => {
		expect(() =>
			refuseOtherReplication(platform, "staging", [
				...recorded({ "jwt-secret": "automatic" }),
				{ name: "secret-key", properties: {} },
			]),
		).not.toThrow();
		expect(() =>
			refuseOtherReplication(
				contract,
				"staging",
				recorded({
					"jwt-secret": regions("us-east1", "us-central1"),
					"redis-ca": "automatic",
				}),
			),
		).not.toThrow();
	});

	it("that would keep secrets elsewhere is refused, with every such secret and what keeps it", () => {
		const refused = () =>
			refuseOtherReplication(
				contract,
				"staging",
				recorded({
					"jwt-secret": "automatic",
					"redis-ca": "automatic",
					"secret-key": regions("us-central1", "us-east1"),
				}),
			);
		expect(refused).toThrow(UserError);
		expect(refused).toThrow(
			new UserError(
				`[secret-replication] where the values of a secret are kept cannot be changed: staging would lose every version of 2 secrets, so nothing was changed
  jwt-secret: found automatic; wanted in us-east1, us-central1
    keep: replication: { staging: "automatic" }
  secret-key: found in us-central1, us-east1; wanted in us-east1, us-central1
    keep: replication: { staging: { locations: ["us-central1", "us-east1"] } }
  fix: in contract/platform.ts, put environments.staging.secretReplication back, or write the line to keep into the secret's entry`,
			),
		);
	});

	it("that does what the refusal says is not refused", () => {
		const kept = structuredClone(contract);
		Object.assign(
			kept.secrets.find(({ id }) => id === "secret-key") as object,
			{ replication: { staging: regions("us-central1", "us-east1") } },
		);
		expect(() =>
			refuseOtherReplication(
				parsePlatform(kept),
				"staging",
				recorded({ "secret-key": regions("us-central1", "us-east1") }),
			),
		).not.toThrow();
	});
});
