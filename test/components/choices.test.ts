/** The program under a contract that chooses how services are opened and where secrets are kept. */
import { beforeAll, describe, expect, it, jest } from "@jest/globals";
import { platform } from "../../contract/platform.ts";
import { type Platform, parsePlatform } from "../../contract/schema.ts";
import type { Registered } from "./run-program.ts";

const choosing = structuredClone(platform);
choosing.environments.staging.publicAccess = "grant";
choosing.environments.staging.secretReplication = {
	locations: ["us-central1", "us-east1"],
};
(choosing.secrets[0] as Platform["secrets"][number]).replication = {
	staging: "automatic",
};

async function registeredUnder(contract: Platform): Promise<Registered[]> {
	jest.resetModules();
	jest.unstable_mockModule("../../contract/platform.ts", () => ({
		platform: parsePlatform(contract),
	}));
	const { runProgram } = await import("./run-program.ts");
	return runProgram("staging");
}

let shipped: Registered[];
let chosen: Registered[];
beforeAll(async () => {
	shipped = await registeredUnder(platform);
	chosen = await registeredUnder(choosing);
});

const services = (resources: Registered[]) =>
	resources.filter(({ type }) => type === "gcp:cloudrunv2/service:Service");
const grants = (resources: Registered[]) =>
	resources
		.filter(({ type }) => type.includes("cloudrunv2/serviceIam"))
		.map(({ inputs }) => inputs);

describe("the program", () => {
	it("[R-112] opens every service by Cloud Run's switch, and grants nobody anything for it", () => {
		expect(
			services(shipped).map(({ inputs }) => inputs.invokerIamDisabled),
		).toEqual([true, true, true]);
		expect(grants(shipped)).toEqual([]);
	});

	it("[R-112] grants allUsers the call where the contract asks for it, and leaves the switch", () => {
		expect(
			services(chosen).map(({ inputs }) => inputs.invokerIamDisabled),
		).toEqual([false, false, false]);
		expect(grants(chosen)).toEqual(
			services(chosen).map(({ inputs }) => ({
				name: inputs.name,
				location: "us-central1",
				role: "roles/run.invoker",
				member: "allUsers",
			})),
		);
	});

	it("sends a switch again that was rejected: it is part of what the service is marked with", () => {
		const marks = (resources: Registered[]) =>
			services(resources).map(
				({ inputs }) =>
					(inputs.labels as Record<string, string>).change?.split("-")[0],
			);
		expect(marks(chosen)).toHaveLength(3);
		for (const [index, mark] of marks(shipped).entries()) {
			expect(mark).not.toBe(marks(chosen)[index]);
		}
	});

	it("keeps every secret where the contract says, and one apart that says so itself", () => {
		const replications = (resources: Registered[]) =>
			Map.groupBy(
				resources.filter(
					({ type }) => type === "gcp:secretmanager/secret:Secret",
				),
				({ inputs }) => JSON.stringify(inputs.replication),
			);
		const automatic = JSON.stringify({ auto: {} });
		expect([...replications(shipped).keys()]).toEqual([automatic]);
		expect(
			replications(chosen)
				.get(automatic)
				?.map(({ name }) => name),
		).toEqual(["database-url"]);
		expect([...replications(chosen).keys()].sort()).toEqual([
			automatic,
			JSON.stringify({
				userManaged: {
					replicas: [{ location: "us-central1" }, { location: "us-east1" }],
				},
			}),
		]);
	});
});
