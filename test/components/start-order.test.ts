import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { parsePlatform } from "../../contract/schema.ts";
import { votes } from "../fixtures/contracts/votes.ts";
import { foreignStack } from "../in-process/foreign.ts";
import { waitedFor } from "../in-process/order.ts";
import type { Registration } from "../in-process/registration.ts";
import { shippedStack } from "../in-process/shipped.ts";

type Variables = Parameters<
	typeof parsePlatform
>[0]["services"][string]["variables"];

const stack = shippedStack("staging");
afterAll(() => stack.remove());
let registrations: Registration[];
beforeAll(async () => {
	registrations = (await stack.preview()).registrations;
});

const stores = {
	postgres: [
		"gcp:sql/databaseInstance:DatabaseInstance::database-instance",
		"gcp:sql/database:Database::database-database",
		// Preflight gives each login the other's objects, so it waits for the idle one too.
		"gcp:sql/user:User::database-user-a",
		"gcp:sql/user:User::database-user-b",
	],
	redis: ["gcp:redis/instance:Instance::redis-instance"],
	// Not of this project: only its URL is.
	clickhouse: ["gcp:secretmanager/secretVersion:SecretVersion::clickhouse-url"],
};
/** Written down here, and not taken from what works it out. */
const services = Object.entries<(keyof typeof stores)[]>({
	auth: ["postgres", "redis"],
	backend: ["postgres", "redis", "clickhouse"],
	frontend: [],
});

it("[R-061] has a login wait for the database, for a service that takes the login alone", () => {
	const [, database, ...logins] = stores.postgres;
	for (const each of logins) {
		expect(waitedFor(registrations, each)).toContain(database);
	}
});

describe.each(services)("the service %s", (name, needs) => {
	const service = `gcp:cloudrunv2/service:Service::${name}`;
	const preflight = `gcp:cloudrunv2/job:Job::${name}-preflight`;
	const needed = needs.flatMap((need) => stores[need]);

	it("[R-061] waits for the data stores that the contract says it needs, and so does its preflight", () => {
		for (const each of [service, preflight]) {
			expect([...waitedFor(registrations, each)]).toEqual(
				expect.arrayContaining(needed),
			);
		}
	});

	it("[R-004] waits for its preflight", () => {
		expect(waitedFor(registrations, service)).toContain(preflight);
	});

	it("[R-061] waits for no other service, and is there before its verification", () => {
		const others = services
			.filter(([other]) => other !== name)
			.map(([other]) => `gcp:cloudrunv2/service:Service::${other}`);
		for (const other of others) {
			expect(waitedFor(registrations, service)).not.toContain(other);
		}
		expect(
			waitedFor(registrations, `gcp:cloudrunv2/job:Job::${name}-verify`),
		).toContain(service);
	});
});

describe("a service that takes its login without the database's name", () => {
	const web = votes.services.web as object;
	const parts = {
		host: { from: "database.host" },
		user: { from: "database.user" },
		password: { from: "database.password" },
	} as const;
	it.each<[string, Variables]>([
		[
			"in parts",
			{
				DB_HOST: parts.host,
				DB_USER: parts.user,
				DB_PASS: parts.password,
				DB_NAME: "votes",
			},
		],
		[
			"in a template",
			{
				DSN: {
					from: "template",
					text: "host={database.host} user={database.user} password={database.password} dbname=votes",
				},
			},
		],
	])(
		"[R-061] waits for the database and both logins: %s",
		async (_how, variables) => {
			const stack = foreignStack(
				parsePlatform({
					...votes,
					secrets: [],
					services: {
						web: { ...web, secrets: {}, variables } as never,
					},
				}),
				"staging",
			);
			try {
				const run = await stack.preview();
				expect(run.ok ? "" : run.output).toBe("");
				const job = "gcp:cloudrunv2/job:Job::web-preflight";
				expect([...waitedFor(run.registrations, job)]).toEqual(
					expect.arrayContaining(stores.postgres),
				);
			} finally {
				stack.remove();
			}
		},
	);
});
