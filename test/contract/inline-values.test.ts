import { describe, expect, it } from "@jest/globals";
import { bindingsFor } from "../../contract/bindings.ts";
import { rolesOf, storesBoundBy } from "../../contract/needs.ts";
import { ContractError, parsePlatform } from "../../contract/schema.ts";
import { votes } from "../fixtures/contracts/votes.ts";

type Contract = Parameters<typeof parsePlatform>[0];
type Variables = NonNullable<Contract["services"][string]["variables"]>;

const contract = (
	variables: Variables,
	more: Partial<Contract> = {},
): Contract => ({
	...votes,
	secrets: [],
	services: {
		web: { ...(votes.services.web as object), secrets: {}, variables } as never,
	},
	...more,
});
const login: Variables = {
	A: { from: "database.host" },
	B: { from: "database.user" },
	C: { from: "database.password" },
};
const message = (
	variables: Variables,
	more: Partial<Contract> = {},
): string => {
	try {
		parsePlatform(contract({ ...login, ...variables }, more));
	} catch (error) {
		expect(error).toBeInstanceOf(ContractError);
		return (error as Error).message.split("\n").slice(1).join("\n");
	}
	return "accepted";
};

describe("a variable that names where its value comes from", () => {
	it("[R-030] is bound to a secret that is critical to the service", () => {
		const { secrets, plain } = bindingsFor(votes, "web", "staging");
		expect(plain).toEqual([]);
		expect(
			secrets.map(({ variable, secretId, critical }) => [
				variable,
				secretId,
				critical,
			]),
		).toEqual([
			["INSTANCE_UNIX_SOCKET", "database-host-staging", true],
			["DB_USER", "database-user-staging", true],
			["DB_PASS", "database-password-staging", true],
			["DB_NAME", "database-name-staging", true],
		]);
	});

	it("[R-061] makes the service need the store", () => {
		expect(
			storesBoundBy(votes, "web", "production").map(({ name }) => name),
		).toEqual(["database"]);
		expect(rolesOf(votes, "web", "production")).toEqual([
			"roles/cloudsql.client",
		]);
	});

	it("[R-045] shares a store's value with other services, and has a key of its own", () => {
		const { services, secrets } = parsePlatform(
			contract(
				{ ...login, KEY: { from: "generated", encoding: "base64" } },
				{
					services: Object.fromEntries(
						["web", "worker"].map((name) => [
							name,
							{
								...votes.services.web,
								secrets: {},
								publicHosts: {
									staging: [`${name}.staging.example.org`],
									production: [`${name}.example.org`],
								},
								variables: {
									...login,
									KEY: { from: "generated", encoding: "base64" },
								},
							},
						]),
					) as never,
				},
			),
		);
		expect(services.web?.secrets.C).toBe(services.worker?.secrets.C);
		expect(services.web?.secrets.KEY).toBe("web-key");
		expect(services.worker?.secrets.KEY).toBe("worker-key");
		expect(
			secrets.find(({ id }) => id === "database-password")?.criticalIn,
		).toEqual(["web", "worker"]);
	});

	it("[R-010] is another one by another way to the store", () => {
		const { services } = parsePlatform(
			contract(
				{
					...login,
					D: { from: "database.host", via: "tls" },
					E: {
						from: "database.url",
						driver: "libpq",
						via: "tls",
						caFile: "/etc/votes/ca.pem",
					},
				},
				{
					secrets: [
						{ id: "ca", source: { from: "database.ca" }, criticalIn: [] },
					],
					services: {
						web: {
							...(votes.services.web as object),
							secrets: {},
							secretFiles: { "/etc/votes/ca.pem": "ca" },
							variables: {
								...login,
								D: { from: "database.host", via: "tls" },
								E: {
									from: "database.url",
									driver: "libpq",
									via: "tls",
									caFile: "/etc/votes/ca.pem",
								},
							},
						} as never,
					},
				},
			),
		);
		expect(services.web?.secrets).toMatchObject({
			A: "database-host",
			D: "database-host-tls",
			E: "database-url-libpq-tls",
		});
	});

	it("is the same once more", () => {
		expect(parsePlatform(votes)).toEqual(votes);
	});

	it.each<[string, Variables, string]>([
		[
			"of an attribute that the store has not",
			{ D: { from: "database.region" as never } },
			"  services.web.variables.D.from: takes 'region' of 'database'; a store of the kind postgres has",
		],
		[
			"of a store that is not there",
			{ D: { from: "databse.host" } },
			"  services.web.variables.D.from: takes a value of 'databse', which is not in 'stores'; they are database: did you mean 'database'?",
		],
		[
			"of a URL without its driver",
			{ D: { from: "database.url" } },
			"  services.web.variables.D.driver: is missing; a URL of postgres is read by",
		],
		[
			"of another origin",
			{ D: { from: "enviroment" as never } },
			"  services.web.variables.D.from: is made from 'enviroment'; there are generated, constant, external, template and <store>.<attribute>, and for plain variables environment, project, url, urls: did you mean environment?",
		],
		[
			"of a length that the encoding does not have",
			{ D: { from: "generated", encoding: "uuid", bytes: 16 } },
			"  services.web.variables.D.bytes: a Fernet key and a UUID have a length of their own: remove it",
		],
		[
			"of parts that are not there",
			{ D: { from: "template", text: "{databse.host} {web-kee}" } },
			"  services.web.variables.D.text: takes a value of 'databse', which is not in 'stores'; they are database: did you mean 'database'?\n  services.web.variables.D.text: holds {web-kee}, which is no secret of the contract",
		],
		[
			"of no part",
			{ D: { from: "template", text: "text" } },
			"  services.web.variables.D.text: holds no {<store>.<attribute>} and no {<secret id>}: a text alone is a constant",
		],
		[
			"of a URL in a text",
			{ D: { from: "template", text: "{database.url}" } },
			"  services.web.variables.D.text: holds {database.url}, whose form depends on a driver: compose it of host, port, user, password and name",
		],
	])("is refused for a value %s, where it stands", (_what, variables, line) => {
		expect(message(variables)).toContain(line);
	});

	it("[R-045] is refused where its id is another value's", () => {
		expect(
			message(
				{},
				{
					secrets: [
						{
							id: "database-password",
							source: { from: "generated", encoding: "hex" },
							criticalIn: [],
						},
					],
				},
			),
		).toContain("'database-password' is declared twice");
	});
});
