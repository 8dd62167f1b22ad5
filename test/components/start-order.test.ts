import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { waitedFor } from "../in-process/order.ts";
import type { Registration } from "../in-process/registration.ts";
import { shippedStack } from "../in-process/shipped.ts";

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
