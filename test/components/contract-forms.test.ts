/** Forms in which applications take their values, each previewed and brought up under the whole policy pack. */
import { expect, it } from "@jest/globals";
import { parsePlatform } from "../../contract/schema.ts";
import { plainProperties } from "../../local/provider/values.ts";
import { votes } from "../fixtures/contracts/votes.ts";
import { foreignStack } from "../in-process/foreign.ts";

type Contract = Parameters<typeof parsePlatform>[0];
type Service = Contract["services"][string];

const caFile = "/etc/forms/database/ca.pem";
const service = (name: string, more: Partial<Service>): Service => ({
	...(votes.services.web as object as Service),
	poolPerInstance: 2,
	secrets: {},
	publicHosts: {
		staging: [`${name}.staging.example.org`],
		production: [`${name}.example.org`],
	},
	...more,
});
const login = "{database.user}:{database.password}";

const forms = parsePlatform({
	...votes,
	name: "forms",
	secrets: [],
	services: {
		socket: service("socket", {
			variables: {
				AIRFLOW: {
					from: "template",
					text: `db+postgresql://${login}@/{database.name}?host={database.host}`,
				},
			},
		}),
		tls: service("tls", {
			variables: {
				KC_DB_URL: {
					from: "template",
					via: "tls",
					text: `jdbc:postgresql://{database.host}:{database.port}/{database.name}?sslmode=verify-ca&sslrootcert={${caFile}}`,
				},
				KC_DB_USERNAME: { from: "database.user" },
				KC_DB_PASSWORD: { from: "database.password" },
				DJANGO: {
					from: "template",
					via: "tls",
					text: `postgres://${login}@{database.host}:{database.port}/{database.name}?sslmode=verify-ca&sslrootcert=${caFile}`,
				},
				CA: { from: "database.ca" },
			} as Service["variables"],
			secretFiles: { [caFile]: "database-ca" },
		}),
	},
});

it("[R-010] takes PostgreSQL by socket or by TLS in a template", async () => {
	const stack = foreignStack(forms, "staging");
	try {
		const preview = await stack.preview();
		expect(preview.ok ? "" : preview.output).toBe("");
		const up = await stack.up();
		expect(up.ok ? "" : up.output).toBe("");
		const values = new Map(
			up.registrations
				.filter(({ type }) => type.endsWith(":SecretVersion"))
				.map(({ name, inputs }) => [
					name,
					String(plainProperties(inputs).secretData),
				]),
		);
		expect(values.get("socket-airflow")).toMatch(
			/^db\+postgresql:\/\/votes_[ab]:[0-9a-f]{32}@\/votes\?host=%2Fcloudsql%2F/,
		);
		expect(values.get("tls-kc-db-url")).toMatch(
			/^jdbc:postgresql:\/\/10\.[\d.]+:5432\/votes\?sslmode=verify-ca&sslrootcert=\/etc\/forms\/database\/ca\.pem$/,
		);
		expect(values.get("tls-django")).toMatch(
			/^postgres:\/\/votes_[ab]:[0-9a-f]{32}@10\.[\d.]+:5432\/votes\?sslmode=verify-ca/,
		);
	} finally {
		stack.remove();
	}
});
