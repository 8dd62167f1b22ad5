/** Runs the program with Pulumi's mocks: no engine, no provider, every resource recorded. */
import type { runtime } from "@pulumi/pulumi";
import type { Environment } from "../../contract/environments.ts";

export type Registered = {
	type: string;
	name: string;
	inputs: Record<string, unknown>;
};

/** An error as the engine answers it: the SDK reads the details alone. */
const notFound = (path: string) =>
	Object.assign(new Error("the data source failed"), {
		details: `${path} not found`,
	});

/** Answers of data sources: what a project says before its first deployment. */
function firstDeployment({
	token,
	inputs,
}: runtime.MockCallArgs): Record<string, unknown> {
	const path = `projects/${inputs.project}/locations/${inputs.location}`;
	switch (token) {
		case "gcp:cloudrunv2/getService:getService":
			throw notFound(`${path}/services/${inputs.name}`);
		case "gcp:cloudrunv2/getJob:getJob":
			throw notFound(`${path}/jobs/${inputs.name}`);
		case "gcp:secretmanager/getSecretVersion:getSecretVersion":
			return { ...inputs, destroyTime: "", enabled: true };
		case "gcp:secretmanager/getSecretVersionAccess:getSecretVersionAccess":
			return { ...inputs, secretData: "p@ss/word+of:clickhouse" };
		case "gcp:sql/getCaCerts:getCaCerts":
			return {
				certs: [
					{ cert: "-----BEGIN NEXT-----" },
					{ cert: "-----BEGIN NOW-----\n" },
				],
			};
		case "pulumi:pulumi:readStackResourceOutputs":
			return { outputs: {} };
		default:
			throw new Error(`the program called ${token}`);
	}
}

/** Outputs that the provider computes, in the form that the real one gives them. */
function computed({
	type,
	name,
	inputs,
}: runtime.MockResourceArgs): Record<string, unknown> {
	switch (type) {
		case "random:index/randomPassword:RandomPassword":
			return {
				result: `generated for ${name}`.padEnd(Number(inputs.length), "."),
			};
		case "gcp:sql/databaseInstance:DatabaseInstance":
			return {
				name: "pg",
				connectionName: "netra-staging:us-central1:pg",
				privateIpAddress: "10.64.0.3",
				serverCaCerts: [{ cert: "-----BEGIN NOW-----\n" }],
			};
		case "gcp:redis/instance:Instance":
			return {
				host: "10.64.0.4",
				port: 6378,
				authString: "auth/string+",
				serverCaCerts: [
					{ cert: "-----BEGIN ONE-----\n" },
					{ cert: "-----BEGIN TWO-----" },
				],
			};
		case "gcp:serviceaccount/account:Account":
			return {
				email: `${inputs.accountId}@netra-staging.iam.gserviceaccount.com`,
				member: `serviceAccount:${inputs.accountId}@netra-staging.iam.gserviceaccount.com`,
			};
		case "gcp:secretmanager/secretVersion:SecretVersion":
			return { version: "7" };
		case "gcp:cloudrunv2/service:Service":
			return { latestReadyRevision: "", trafficStatuses: [] };
		case "gcp:cloudrunv2/job:Job":
			return { terminalConditions: [{ state: "CONDITION_SUCCEEDED" }] };
		default:
			return {};
	}
}

/** The configuration that a stack file holds, as the engine hands it to the program. */
function stackFile(environment: Environment): Record<string, string> {
	const external = [
		"clickhouse-password",
		"google-oauth-client-id",
		"google-oauth-client-secret",
		"openai-api-key",
		"anthropic-api-key",
		"gemini-api-key",
	];
	return {
		"gcp:project": `netra-${environment}`,
		"gcp:region": "us-central1",
		// Nobody listens there: what only the APIs tell is not looked at.
		"gcp:cloudRunV2CustomEndpoint": "http://127.0.0.1:9/v2/",
		"gcp:secretManagerCustomEndpoint": "http://127.0.0.1:9/v1/",
		"netra-platform:rotationEpoch": "0",
		"netra-platform:dataProtection": String(environment !== "local"),
		"netra-platform:socketRoot": "/cloudsql",
		"netra-platform:secretFileRoot": "",
		"netra-platform:stores":
			'{"clickhouse":{"host":"ch.example.org","user":"netra","database":"netra"}}',
		"netra-platform:externalSecrets": JSON.stringify(
			Object.fromEntries(external.map((id) => [id, { version: 3 }])),
		),
	};
}

/**
 * Every resource that the program registers, in the order of registration. Call it once in a test file and
 * environment: a program runs when it is first imported.
 * @param config changes of the stack's configuration, by full key
 */
export async function runProgram(
	environment: Environment,
	config: Record<string, string> = {},
): Promise<Registered[]> {
	const pulumi = await import("@pulumi/pulumi");
	const registered: Registered[] = [];
	await pulumi.runtime.setMocks(
		{
			call: firstDeployment,
			newResource: (args) => {
				registered.push({
					type: args.type,
					name: args.name,
					inputs: args.inputs,
				});
				return {
					id: `${args.name}-id`,
					state: { ...args.inputs, ...computed(args) },
				};
			},
		},
		"netra-platform",
		environment,
		false,
		"organization",
	);
	pulumi.runtime.setAllConfig({ ...stackFile(environment), ...config });
	await import("../../index.ts");
	await pulumi.runtime.disconnect();
	return registered;
}
