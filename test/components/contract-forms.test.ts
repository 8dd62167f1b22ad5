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
	environments: {
		staging: { project: "forms-staging", region: "europe-west1" },
		production: { project: "forms-production", region: "europe-west1" },
	},
	secrets: [
		{
			id: "rails-database",
			source: {
				from: "template",
				text: "production:\n  # an example: \\{name}\n  host: {database.host}\n  username: {database.user}\n  password: {database.password}\n",
			},
			criticalIn: ["socket"],
		},
		{ id: "htpasswd", source: { from: "external" }, criticalIn: [] },
	],
	services: {
		socket: service("socket", {
			variables: {
				AIRFLOW: {
					from: "template",
					text: `db+postgresql://${login}@localhost/{database.name}?schema=public&host={database.host}`,
				},
				ECTO: {
					from: "template",
					text: `ecto://${login}@localhost:5432/{database.name}?socket_dir={database.host}`,
				},
				LICENSE: { from: "generated", encoding: "base64", bytes: 16 },
				REGION: { from: "region" },
				N8N_HOST: { from: "host", of: "socket" },
				MB_JETTY_HOST: "0.0.0.0",
				GUNICORN_CMD_ARGS: "--bind=[::]:8080",
				NO_PROXY: "localhost,127.0.0.1",
				WRITE_DISPOSITION: "replace",
				LOGGING: "version: 1\nroot:\n  level: INFO\n",
				JWT_PUBLIC_KEY:
					"-----BEGIN PUBLIC KEY-----\nMIIBIjANBgkq\n-----END PUBLIC KEY-----\n",
			},
			notSecrets: { JWT_PUBLIC_KEY: "whoever checks a login may have it" },
			reviewedValues: { WRITE_DISPOSITION: "dlt's word for it" },
			secretFiles: {
				"/srv/app/config/database.yml": "rails-database",
				"/srv/app/users/htpasswd": "htpasswd",
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

it("[R-010] are brought up, and no rule has anything against them", async () => {
	const stack = foreignStack(forms, "staging");
	stack.set(
		"externalSecrets",
		JSON.stringify({ htpasswd: { value: "a:$2y$05$x\r\nb:$2y$05$y\r\n" } }),
	);
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
			/^db\+postgresql:\/\/votes_[ab]:[0-9a-f]+@localhost\/votes\?schema=public&host=%2Fcloudsql%2F/,
		);
		expect(values.get("tls-kc-db-url")).toMatch(
			/^jdbc:postgresql:\/\/10\.[\d.]+:5432\/votes\?sslmode=verify-ca&sslrootcert=\/etc\/forms\/database\/ca\.pem$/,
		);
		expect(values.get("tls-django")).toMatch(
			/^postgres:\/\/votes_[ab]:[0-9a-f]+@10\.[\d.]+:5432\/votes\?sslmode=verify-ca/,
		);
	} finally {
		stack.remove();
	}
});
