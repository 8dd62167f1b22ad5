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
			"  services.web.variables.D.from: is made from 'enviroment'; there are generated, constant, external, template and <store>.<attribute>, and for plain variables environment, project, region, url, urls, host, hosts: did you mean environment?",
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
		...[
			"postgres://{database.user}:{database.password}@{database.host}:{database.port}/{database.name}",
			"jdbc:postgresql://{database.host}/{database.name}",
			'{"url": "ecto://{database.user}:{database.password}@{database.host}/{database.name}"}',
		].map((text): [string, Variables, string] => [
			"of a socket in a URL's host",
			{ D: { from: "template", text } },
			'  services.web.variables.D.text: holds {database.host} where a URL has its host, and that is the folder of Cloud SQL\'s socket: write @/<database>?host={database.host}, if the driver reads it, or give the template via: "tls", for the private address',
		]),
		[
			"of a password in a URL's host",
			{ D: { from: "template", text: "https://{database.password}/" } },
			"  services.web.variables.D.text: holds {database.password} where a URL has its host and port, and it is neither",
		],
		[
			"of a text where JSON has a number",
			{ D: { from: "template", text: '{"user": {database.user}}' } },
			"  services.web.variables.D.text: holds {database.user} where JSON has a number, and it is none: write it in quotes",
		],
		[
			"of a way to nothing",
			{ D: { from: "template", via: "tls", text: "x{database.user}" } },
			"  services.web.variables.D.via: says what {<store>.host} of PostgreSQL stands for, and the text holds none: remove it",
		],
		[
			"of a host by TLS without its certificates",
			{ D: { from: "template", via: "tls", text: "x{database.host}" } },
			"  services.web.secretFiles: must hold the certificates of 'database', whose host 'web-d' is reached by tls: the file of a secret with the source { from: \"database.ca\" }",
		],
		[
			"of a file that the service has not",
			{
				D: { from: "template", text: "{database.user} {/etc/app/ca.pem}" },
			},
			"  services.web.variables.D.text: holds {/etc/app/ca.pem}, which is none of the secretFiles of 'web'",
		],
		[
			"of braces that begin no part",
			{ D: { from: "template", text: "{database.user} {Database.user}" } },
			"  services.web.variables.D.text: holds {Database.user}, which is no {<store>.<attribute>} and no {<secret id>}: did you mean {database.user}?; a brace that begins no part is written \\{",
		],
	])("is refused for a value %s, where it stands", (_what, variables, line) => {
		expect(message(variables)).toContain(line);
	});

	const hex = { from: "generated", encoding: "hex" } as const;
	const service = (variables: Variables, more: object = {}) =>
		({ ...votes.services.web, secrets: {}, variables, ...more }) as never;
	const fix =
		"and they are not one value: give one of both an entry in 'secrets' with another id, and bind it by that in the service's 'secrets'";

	it.each<[string, Variables, Partial<Contract>, string]>([
		[
			"another service's",
			{},
			{
				services: {
					web: service({ ...login, FOO_BAR: hex }),
					"web-foo": service({ ...login, BAR: hex }),
				},
			},
			"  services.web-foo.variables.BAR: makes the secret 'web-foo-bar', as services.web.variables.FOO_BAR does, ",
		],
		...[
			["FOO_BAR", "FOO__BAR"],
			["_FOO", "FOO"],
			["A_{ENV}", "A_ENV"],
			["fooBar", "FOOBAR"],
		].map(
			([one = "", other = ""]): [
				string,
				Variables,
				Partial<Contract>,
				string,
			] => [
				`that of ${one}`,
				{ [one]: hex, [other]: hex },
				{},
				`  services.web.variables.${other}: makes the secret '`,
			],
		),
		...[
			{ from: "external" } as const,
			{ from: "template", text: "x{database.user}" } as const,
		].map((source): [string, Variables, Partial<Contract>, string] => [
			`that of a value of the same kind, ${source.from}`,
			{ FOO_BAR: source, FOO__BAR: source },
			{},
			"  services.web.variables.FOO__BAR: makes the secret 'web-foo-bar', as services.web.variables.FOO_BAR does, ",
		]),
		[
			"a declared one's, though both say the same",
			{ KEY: hex },
			{ secrets: [{ id: "web-key", source: hex, criticalIn: [] }] },
			"  services.web.variables.KEY: makes the secret 'web-key', as secrets.web-key does, ",
		],
		[
			"a declared one's that is another value",
			{},
			{ secrets: [{ id: "database-password", source: hex, criticalIn: [] }] },
			"  services.web.variables.C: makes the secret 'database-password', as secrets.database-password does, ",
		],
		[
			"a URL's with another file",
			{
				D: {
					from: "database.url",
					driver: "libpq",
					via: "tls",
					caFile: "/etc/a/ca.pem",
				},
				E: {
					from: "database.url",
					driver: "libpq",
					via: "tls",
					caFile: "/etc/b/ca.pem",
				},
			},
			{},
			"  services.web.variables.E: makes the secret 'database-url-libpq-tls', as services.web.variables.D does, ",
		],
	])(
		"[R-045] is refused where its id is %s",
		(_what, variables, more, start) => {
			const [line, ...others] = message(variables, more).split("\n");
			expect(line).toContain(start);
			expect(line).toContain(fix);
			expect(others).toEqual([]);
		},
	);

	it("is refused where the variable is bound to a secret too", () => {
		expect(
			message(
				{},
				{
					services: {
						web: service({ ...login, K: hex }, { secrets: { K: "k" } }),
					},
					secrets: [{ id: "k", source: { from: "external" }, criticalIn: [] }],
				},
			),
		).toBe(
			"  services.web.variables.K: is bound to a secret too: a variable has one value",
		);
	});

	it("[R-030] is a declared secret's where both take the same of a store, and critical", () => {
		const { secrets } = parsePlatform(
			contract(login, {
				secrets: [
					{
						id: "database-password",
						source: { from: "database.password" },
						criticalIn: [],
					},
				],
			}),
		);
		expect(secrets.map(({ id, criticalIn }) => [id, criticalIn])).toEqual([
			["database-password", ["web"]],
			["database-host", ["web"]],
			["database-user", ["web"]],
		]);
	});

	it("shares a store's value in whatever order its keys stand, and has an id of its own for another way", () => {
		const { services } = parsePlatform(
			contract(
				{
					...login,
					D: { from: "database.url", driver: "libpq" },
					E: { driver: "libpq", via: "socket", from: "database.url" },
					F: { from: "database.host", via: "tls" },
				},
				{
					services: {
						web: service(
							{
								...login,
								D: { from: "database.url", driver: "libpq" },
								E: { driver: "libpq", via: "socket", from: "database.url" },
								F: { from: "database.host", via: "tls" },
								G: { from: "database.ca" },
							},
							{ secretFiles: { "/etc/votes/ca.pem": "database-ca" } },
						),
					},
				},
			),
		);
		expect(services.web?.secrets).toEqual({
			A: "database-host",
			B: "database-user",
			C: "database-password",
			D: "database-url-libpq",
			E: "database-url-libpq",
			F: "database-host-tls",
			G: "database-ca",
		});
	});
});
