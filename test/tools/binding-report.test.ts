import { describe, expect, it } from "@jest/globals";
import { bindingsFor } from "../../contract/bindings.ts";
import { platform } from "../../contract/platform.ts";
import {
	bindingRows,
	type EngineEvent,
	parseEvent,
	untriedLines,
} from "../../tools/binding-report.ts";
import { withBuckets } from "../fixtures/buckets.ts";

const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const urn = (type: string, name: string) =>
	`urn:pulumi:staging::netra-platform::${type}::${name}`;
const parent = (secret: string) =>
	urn("netra-platform:index:ManagedSecret", secret);

/** A line of the log, as engine 3.220 writes it, without what the report does not read. */
function planned(
	type: string,
	name: string,
	inputs: object,
	parentUrn = "",
): EngineEvent {
	const id = urn(type, name);
	return {
		resourcePreEvent: {
			metadata: {
				op: "create",
				type,
				urn: id,
				new: { type, urn: id, parent: parentUrn, inputs: { ...inputs } },
			},
		},
	};
}

const secret = (id: string) =>
	planned(
		"gcp:secretmanager/secret:Secret",
		id,
		{ secretId: `${id}-staging` },
		parent(id),
	);
const grant = (
	id: string,
	service: string,
	secretId = unknown,
	role = "roles/secretmanager.secretAccessor",
) =>
	planned(
		"gcp:secretmanager/secretIamMember:SecretIamMember",
		`${id}-${service}`,
		{
			secretId,
			role,
			member: `serviceAccount:netra-${service}@netra-staging.iam.gserviceaccount.com`,
		},
		parent(id),
	);
const bound = (name: string, secretId: string, version = unknown) => ({
	name,
	valueSource: { secretKeyRef: { secret: secretId, version } },
});
const service = (name: string, envs: object[]) =>
	planned("gcp:cloudrunv2/service:Service", name, {
		name: `netra-${name}-staging`,
		template: { containers: [{ envs }] },
	});

const rowsOf = (...events: EngineEvent[]) =>
	bindingRows(events, platform, "staging").filter(
		({ version }) => version !== "NOT BOUND",
	);

describe("the binding report", () => {
	it("[R-042] tells of every variable where its value comes from, whether it is critical, and who may read it", () => {
		const rows = rowsOf(
			secret("secret-key"),
			grant("secret-key", "auth"),
			grant("secret-key", "backend"),
			grant(
				"openai-api-key",
				"backend",
				"projects/netra-staging/secrets/openai-api-key-staging",
			),
			service("backend", [
				{ name: "ENVIRONMENT", value: "staging" },
				bound("SECRET_KEY", "secret-key-staging"),
				bound("OPENAI_API_KEY", "openai-api-key-staging", "7"),
			]),
		);
		expect(rows).toEqual([
			{
				service: "backend",
				variable: "SECRET_KEY",
				secretId: "secret-key-staging",
				version: "made in this update",
				critical: true,
				tried: "form",
				grantedTo: ["netra-auth", "netra-backend"],
			},
			{
				service: "backend",
				variable: "OPENAI_API_KEY",
				secretId: "openai-api-key-staging",
				version: "7",
				critical: false,
				tried: "form",
				grantedTo: ["netra-backend"],
			},
			{
				service: "backend",
				variable: "ENVIRONMENT",
				critical: false,
				grantedTo: [],
			},
		]);
	});

	it("[R-042] names the secret variables of the contract that a service lacks", () => {
		const expected = bindingsFor(platform, "auth", "staging").secrets;
		const envs = expected
			.filter(({ variable }) => variable !== "SECRET_KEY")
			.map(({ variable, secretId }) => bound(variable, secretId, "1"));
		const rows = bindingRows([service("auth", envs)], platform, "staging");
		expect(rows).toHaveLength(expected.length);
		expect(rows.filter(({ version }) => version !== "1")).toEqual([
			{
				service: "auth",
				variable: "SECRET_KEY",
				secretId: "secret-key-staging",
				version: "NOT BOUND",
				critical: true,
				tried: "form",
				grantedTo: [],
			},
		]);
	});

	it("[R-004] tells with which values preflight logs in, and which ones nobody tries", () => {
		const expected = bindingsFor(platform, "backend", "staging").secrets;
		const envs = expected.map(({ variable, secretId }) =>
			bound(variable, secretId, "1"),
		);
		const rows = bindingRows([service("backend", envs)], platform, "staging");
		const tried = rows
			.filter(({ tried }) => tried === "login")
			.map(({ variable }) => variable);
		expect(tried.sort()).toEqual([
			"CLICKHOUSE_URL",
			"DATABASE_URL",
			"POSTGRES_DB",
			"POSTGRES_HOST",
			"POSTGRES_PASSWORD",
			"POSTGRES_PORT",
			"POSTGRES_USER",
			"REDIS_CA_CERT",
			"REDIS_URL",
		]);
		expect(rows.filter(({ tried }) => tried === undefined)).toEqual([]);
	});

	it("[R-004] tells of services and stores of which preflight can try nothing", () => {
		const copy = withBuckets(({ secrets, services }) => {
			for (const each of secrets) {
				if (each.id === "avatars-name") {
					each.source = { from: "avatars.region" };
				}
				if (each.id === "clickhouse-url") {
					each.source = { from: "clickhouse.host" };
				}
			}
			delete services.auth?.secrets.CLICKHOUSE_URL;
		});
		expect(untriedLines(copy, "staging")).toEqual([
			"auth: preflight can't try 'avatars', since nobody can log in by what it takes of it; bind name too",
			"backend: preflight can't try 'clickhouse', since nobody can log in by what it takes of it; bind url, or endpoint, user, password, or host, port, user, password too",
			"frontend: preflight can look at the form of its variables alone, since they give no login to a data store",
		]);
	});

	it("does not count a role that cannot read values as a grant", () => {
		const [row] = rowsOf(
			secret("secret-key"),
			grant("secret-key", "auth", unknown, "roles/secretmanager.viewer"),
			service("auth", [bound("SECRET_KEY", "secret-key-staging")]),
		);
		expect(row?.grantedTo).toEqual([]);
	});

	it("takes the last of several plans for one resource, and none for one that goes away", () => {
		const gone = grant("secret-key", "backend");
		const rows = rowsOf(
			secret("secret-key"),
			grant("secret-key", "auth"),
			{
				resourcePreEvent: {
					metadata: { ...metadataOf(gone), op: "delete", new: null },
				},
			},
			service("auth", [bound("SECRET_KEY", "old-staging", "1")]),
			service("auth", [bound("SECRET_KEY", "secret-key-staging", "2")]),
		);
		expect(
			rows.map(({ secretId, version, grantedTo }) => ({
				secretId,
				version,
				grantedTo,
			})),
		).toEqual([
			{
				secretId: "secret-key-staging",
				version: "2",
				grantedTo: ["netra-auth"],
			},
		]);
	});

	it("has nothing to tell where the preview ended before any service was planned", () => {
		expect(bindingRows([secret("secret-key")], platform, "staging")).toEqual(
			[],
		);
	});
});

describe("a line of the event log", () => {
	const event = secret("secret-key");
	const line = JSON.stringify(event);

	it.each([
		["a planned resource is an event", line, [event]],
		[
			"what the report does not use is none",
			'{"sequence":0,"preludeEvent":{"config":{}}}',
			[],
		],
		["what an ended engine did not finish is none", line.slice(0, 90), []],
	])("%s", (_, text, expected) => {
		expect(parseEvent(text)).toEqual(expected);
	});
});

function metadataOf({ resourcePreEvent }: EngineEvent) {
	if (resourcePreEvent === undefined)
		throw new Error("not an event about a resource");
	return resourcePreEvent.metadata;
}
