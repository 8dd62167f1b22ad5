import { describe, expect, it } from "@jest/globals";
import { platform } from "../../contract/platform.ts";
import {
	ContractError,
	type Platform,
	parsePlatform,
} from "../../contract/schema.ts";

/** The message for a contract with one edit. */
function messageAfter(edit: (contract: Platform) => void): string {
	const contract = structuredClone(platform);
	edit(contract);
	try {
		parsePlatform(contract);
	} catch (error) {
		expect(error).toBeInstanceOf(ContractError);
		return (error as Error).message;
	}
	return "accepted";
}

const problem = (line: string) =>
	`contract/platform.ts does not hold together:\n  ${line}`;
const auth = (contract: Platform) =>
	contract.services.auth as Platform["services"][string];

describe("a contract", () => {
	it("is accepted as it is shipped", () => {
		expect(messageAfter(() => {})).toBe("accepted");
	});

	it.each<[string, (contract: Platform) => void, string]>([
		[
			"an unknown key",
			(contract) => Object.assign(auth(contract), { replicas: 3 }),
			'services.auth: Unrecognized key: "replicas"',
		],
		[
			"a variable that Cloud Run sets",
			(contract) => Object.assign(auth(contract).variables, { PORT: "8080" }),
			"services.auth.variables.PORT: is set by Cloud Run and must not be set by hand",
		],
		[
			"a binding to a secret that does not exist",
			(contract) =>
				Object.assign(auth(contract).secrets, { SECRET_KEY: "secret-kay" }),
			"services.auth.secrets.SECRET_KEY: names the secret 'secret-kay', which is not in 'secrets'",
		],
		[
			"a plain variable that holds a secret by its name",
			(contract) =>
				Object.assign(auth(contract).variables, { STRIPE_API_KEY: "x" }),
			"services.auth.variables.STRIPE_API_KEY: looks like the name of a secret: bind it in 'secrets'",
		],
		[
			"a variable with two values",
			(contract) =>
				Object.assign(auth(contract).variables, { SERVICE_ID: "x" }),
			"services.auth.variables.SERVICE_ID: is bound to a secret too: a variable has one value",
		],
		[
			"a sibling that does not exist",
			(contract) => auth(contract).siblings.push("billing"),
			"services.auth.siblings: names the service 'billing', which does not exist",
		],
		[
			"a service that is not public and that no other one calls",
			(contract) => {
				for (const each of Object.values(contract.services)) {
					each.siblings = [];
				}
				auth(contract).public = false;
			},
			"services.auth.public: is false, and no service names 'auth' in its 'siblings', so nobody could call it",
		],
		[
			"regions for secrets that are none",
			({ environments }) => {
				environments.staging.secretReplication = { locations: ["global"] };
			},
			"environments.staging.secretReplication.locations.0: must be a region such as us-central1",
		],
		[
			"a region twice",
			({ environments }) => {
				environments.staging.secretReplication = {
					locations: ["us-east1", "us-east1"],
				};
			},
			"environments.staging.secretReplication.locations: must name each region once",
		],
		[
			"no region for secrets",
			({ environments }) => {
				environments.staging.secretReplication = { locations: [] };
			},
			"environments.staging.secretReplication.locations: must name a region",
		],
		[
			"another word for where secrets are kept",
			({ environments }) =>
				Object.assign(environments.staging, { secretReplication: "auto" }),
			'environments.staging.secretReplication: must be "automatic" or { locations: ["<region>", …] }',
		],
		[
			"another key for where a secret is kept",
			(contract) =>
				Object.assign(contract.secrets[0] ?? {}, {
					replication: { staging: { location: ["us-east1"] } },
				}),
			'secrets.0.replication.staging: must be "automatic" or { locations: ["<region>", …] }',
		],
		[
			"another way to open services",
			({ environments }) =>
				Object.assign(environments.staging, { publicAccess: "everybody" }),
			'environments.staging.publicAccess: Invalid option: expected one of "switch"|"grant"',
		],
		[
			"a critical list with a service that does not exist",
			(contract) => contract.secrets[0]?.criticalIn.push("billing"),
			"secrets.0.criticalIn: names the service 'billing', which does not exist",
		],
		[
			"a secret twice",
			(contract) =>
				contract.secrets.push(
					structuredClone(contract.secrets[0] as Platform["secrets"][number]),
				),
			"secrets.23: 'database-url' is declared twice",
		],
	])("rejects %s", (_what, edit, line) => {
		expect(messageAfter(edit)).toBe(problem(line));
	});

	it("[R-043] rejects a service that binds both members of a group of alternatives", () => {
		expect(
			messageAfter((contract) =>
				Object.assign(auth(contract).variables, { REDIS_HOST: "x" }),
			),
		).toBe(
			problem(
				"services.auth: binds REDIS_URL and REDIS_HOST + REDIS_PORT + REDIS_PASSWORD: choose one",
			),
		);
	});

	it("[R-032] rejects a secret that nobody reads", () => {
		expect(
			messageAfter((contract) => {
				delete auth(contract).secrets.OAUTH_HMAC_SECRET;
			}),
		).toBe(
			problem(
				"secrets.16: 'oauth-hmac-secret' is bound by no service and used by no other secret: bind it or remove it",
			),
		);
	});

	it("[R-021] rejects a service that binds REDIS_URL without the certificates that it refers to", () => {
		expect(
			messageAfter((contract) => {
				auth(contract).secretFiles = {};
			}),
		).toBe(
			problem(
				"services.auth.secretFiles./etc/netra/redis/ca.pem: must hold the certificates of Redis, which 'redis-url' refers to",
			),
		);
	});
});
