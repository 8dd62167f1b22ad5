import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { bindingsFor } from "../../contract/bindings.ts";
import { ContractError, parsePlatform } from "../../contract/schema.ts";
import { langfuse } from "../fixtures/contracts/langfuse.ts";
import { votes } from "../fixtures/contracts/votes.ts";

type Contract = Parameters<typeof parsePlatform>[0];
type Data = Record<PropertyKey, unknown>;

/** Every place in some data: itself, and all that is below. */
function placesIn(data: unknown, path: string[] = []): string[][] {
	return typeof data !== "object" || data === null
		? [path]
		: [
				path,
				...Object.entries(data).flatMap(([key, value]) =>
					placesIn(value, [...path, key]),
				),
			];
}

/** A copy with another value in one place. */
function changed(
	data: object,
	path: readonly string[],
	value: unknown,
): unknown {
	const copy: unknown = structuredClone(data);
	const last = path.at(-1);
	if (last === undefined) {
		return value;
	}
	const owner = path
		.slice(0, -1)
		.reduce<Data>((each, key) => each[key] as Data, copy as Data);
	owner[last] = value;
	return copy;
}

function messageOf(contract: unknown): string {
	try {
		parsePlatform(contract as Contract);
	} catch (error) {
		if (!(error instanceof ContractError)) {
			throw error;
		}
		return error.message.split("\n").slice(1).join("\n");
	}
	return "accepted";
}

const hello = { from: "database.host" };
const wrong = fc.oneof(
	fc.constantFrom<unknown>(
		undefined,
		() => 1,
		Symbol("a"),
		1n,
		Number.NaN,
		new Date(0),
		Object.create(null),
		{ from: Object.create(null) },
		{ from: null },
		{ from: 5 },
		{ from: "template", text: 5 },
		{ ...hello, driver: 5 },
		[hello],
		[null],
	),
	fc.anything(),
);

describe("a contract of whatever shape", () => {
	it.each([
		["votes", votes],
		["langfuse", langfuse],
	])(
		"is accepted, or refused with a message that says where: %s",
		(_name, contract) => {
			fc.assert(
				fc.property(
					fc.constantFrom(...placesIn(contract)),
					wrong,
					(path, value) => {
						const message = messageOf(changed(contract, path, value));
						expect(message).toMatch(/^(?:accepted$| {2}\S.*: )/);
					},
				),
				{ numRuns: 150 },
			);
		},
	);
});

describe("a message", () => {
	it("does not speak of logins and pools where a value is not there", () => {
		expect(
			edited([...web, "variables"], {
				A: { from: "databse.host" },
				B: { from: "template", text: "{database.pasword}" },
			}).split("\n"),
		).toEqual([
			expect.stringContaining("variables.A.from: takes a value of 'databse'"),
			expect.stringContaining(
				"variables.B.text: takes 'pasword' of 'database'",
			),
		]);
	});

	it.each([
		[
			"in one environment",
			{ A: { from: "database.password" } },
			{ HOST: "host", USER: "user" },
			"takes user, password of 'database', by which nobody can log in: take url, or host, user, password",
		],
		[
			"of somebody else's ClickHouse without the password",
			{ A: { from: "events.endpoint" }, B: { from: "events.user" } },
			{},
			"takes endpoint, user of 'events', by which nobody can log in: take url, or user, password",
		],
		[
			"of a bucket without its secret",
			{ A: { from: "files.access-key-id" } },
			{},
			"takes access-key-id of 'files', by which nobody can log in: take access-key-id, secret-access-key",
		],
	])("names half a login %s", (_what, variables, secrets, words) => {
		const contract = {
			...votes,
			stores: {
				...votes.stores,
				events: { kind: "clickhouse", passwordSecret: "events-password" },
				files: { kind: "bucket", hmac: true },
			},
			services: {
				web: { ...votes.services.web, secrets, variables },
				other: {
					...votes.services.web,
					secrets: { P: "events-password", HOST: "host", USER: "user" },
					publicHosts: {
						staging: ["a.example.org"],
						production: ["b.example.org"],
					},
					variables: {
						A: { from: "database.password" },
						N: { from: "events.user" },
					},
				},
			},
			secrets: [
				{ id: "events-password", source: { from: "external" }, criticalIn: [] },
				{
					id: "host",
					source: { from: "database.host" },
					criticalIn: [],
					environments: ["staging"],
				},
				{ id: "user", source: { from: "database.user" }, criticalIn: [] },
			],
		};
		expect(messageOf(contract)).toContain(`  services.web: ${words}`);
	});

	it("does not ask for hosts that are declared, or made of parts", () => {
		const web = {
			...votes.services.web,
			variables: {
				...votes.services.web?.variables,
				A: {
					from: "template",
					text: "smtp://u:{mail-password}@smtp.mailer.dev:587?a=b",
				},
				B: {
					from: "template",
					text: "postgresql://{database.user}:{database.password}@localhost/{database.name}?host={database.host}",
				},
			},
		};
		expect(
			messageOf({
				...votes,
				foreignHosts: { "smtp.mailer.dev": "sends the mail" },
				services: { web },
				secrets: [
					...votes.secrets,
					{ id: "mail-password", source: { from: "external" }, criticalIn: [] },
				],
			}),
		).toBe("accepted");
	});

	const edited = (path: string[], value: unknown) =>
		messageOf(changed(votes, path, value));
	const web = ["services", "web"];
	const plain = [...web, "variables", "A"];

	it.each<[string, string[], unknown, string]>([
		["no contract", [], null, "the contract: is null; expected an object"],
		[
			"no contract at all",
			[],
			undefined,
			"the contract: is missing; expected an object",
		],
		[
			"a list of services",
			["services"],
			[],
			"services: is a list; expected an object",
		],
		[
			"a list of variables",
			[...web, "variables"],
			[hello],
			"services.web.variables: is a list; expected an object",
		],
		[
			"a key that is misspelt",
			[...web, "enviroment"],
			{},
			"services.web.enviroment: is not known here; there are",
		],
		[
			"a port in quotes",
			[...web, "port"],
			"80",
			"services.web.port: is a text; expected a number",
		],
		[
			"a port that is none",
			[...web, "port"],
			70000,
			"services.web.port: must be 65535 or less",
		],
		[
			"a kind that is misspelt",
			["stores", "database", "kind"],
			"postgresql",
			"stores.database.kind: is 'postgresql'; there are postgres, redis, clickhouse, bucket: did you mean 'postgres'?",
		],
		[
			"a kind that is not there",
			["stores", "more"],
			{ kind: "mysql" },
			"stores.more.kind: is 'mysql'; there are postgres, redis, clickhouse, bucket",
		],
		[
			"no kind",
			["stores", "more"],
			{},
			"stores.more.kind: is missing; there are postgres",
		],
		[
			"a switch that has one position",
			["stores", "more"],
			{ kind: "bucket", hmac: false },
			"stores.more.hmac: must be true, or left out",
		],
		[
			"a number for a text",
			plain,
			5,
			"services.web.variables.A: is a number; the value of a variable is a text: write it in quotes",
		],
		[
			"a switch for a text",
			plain,
			false,
			"services.web.variables.A: is false; the value of a variable is a text: write it in quotes",
		],
		[
			"a text for one environment",
			plain,
			{ staging: "1" },
			"services.web.variables.A: has no text for production",
		],
		[
			"an environment that is misspelt",
			plain,
			{ stagin: "1", production: "1" },
			"services.web.variables.A: has no 'stagin'; there are from, local, staging, production: did you mean 'staging'?",
		],
		[
			"numbers for environments",
			plain,
			{ staging: 1, production: 2 },
			"services.web.variables.A: must have a text without NUL characters for each environment: write numbers in quotes",
		],
		[
			"an origin that is none",
			plain,
			{ from: 5 },
			"services.web.variables.A.from: is made from what is a number; there are generated",
		],
		[
			"an encoding that is misspelt",
			plain,
			{ from: "generated", encoding: "base-64" },
			"services.web.variables.A.encoding: is 'base-64'; there are hex, base64, base64url, fernet, uuid: did you mean 'base64'?",
		],
		[
			"a host that is no text",
			[...web, "publicHosts", "staging"],
			[5],
			"services.web.publicHosts.staging.0: is a number; expected a text",
		],
		[
			"an environment without its region",
			plain,
			{ from: "region" },
			"environments.local.region: is missing; web's A takes it",
		],
		[
			"a service that is not there",
			plain,
			{ from: "host", of: "wbe" },
			"services.web.variables.A: takes the URL of 'wbe', which does not exist",
		],
		[
			"a service that is called like preflight",
			["services", "preflight"],
			votes.services.web,
			"services.preflight: is what the image is called by which every service's configuration is checked: choose another name",
		],
		[
			"more instances at least than at most",
			[...web, "sizing", "staging", "minInstances"],
			5,
			"services.web.sizing.staging.minInstances: must not be more than maxInstances",
		],
		[
			"processors that Cloud Run has not",
			[...web, "sizing", "staging", "cpu"],
			3,
			"services.web.sizing.staging.cpu: must be less than 1, or 1, 2, 4, 6 or 8",
		],
		[
			"one project for two environments",
			["environments", "production", "project"],
			"votes-staging",
			"environments.production.project: is staging's too, and the accounts of both would have one name: give each environment a project of its own",
		],
		[
			"names that are one in an environment",
			[...web, "variables"],
			{ "A_{ENV}": "1", A_PRODUCTION: "2" },
			"services.web.variables.A_PRODUCTION: is 'A_{ENV}' in production too: keep one of both",
		],
		[
			"somebody else's host beside a password",
			plain,
			{
				from: "template",
				text: '{"url": "smtp+tls://u:{database.password}@smtp.mailer.dev:587?a={database.user}"}',
			},
			"services.web.variables.A.text: leads to 'smtp.mailer.dev', which is none of the platform's hosts: declare it in foreignHosts, with the reason",
		],
	])("names %s", (_what, path, value, message) => {
		expect(edited(path, value)).toContain(`  ${message}`);
	});
});

describe("facts of an environment", () => {
	it("are its region, and the hosts of services", () => {
		const contract = parsePlatform({
			...votes,
			environments: {
				staging: { project: "votes-staging", region: "europe-west1" },
				production: { project: "votes-production", region: "europe-west4" },
			},
			services: {
				web: {
					...votes.services.web,
					publicHosts: {
						staging: ["a.example.org", "b.example.org"],
						production: ["c.example.org"],
					},
					variables: {
						REGION: { from: "region" },
						HOST_NAME: { from: "host", of: "web" },
						ALLOWED_HOSTS: { from: "hosts", of: "web" },
					},
				} as never,
			},
		});
		const values = (["local", "staging", "production"] as const).map((each) =>
			bindingsFor(contract, "web", each).plain.map(({ value }) => value),
		);
		expect(values).toEqual([
			["europe-west1", "a.example.org", "a.example.org,b.example.org"],
			["europe-west1", "a.example.org", "a.example.org,b.example.org"],
			["europe-west4", "c.example.org", "c.example.org"],
		]);
	});
});
