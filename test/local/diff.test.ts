/** Which change updates, which replaces, and what is deleted first: as observed with the real provider. */
import { describe, expect, it } from "@jest/globals";
import { type Properties, UNKNOWN } from "../../local/provider/values.ts";
import { type Recorded, StandIn } from "./harness.ts";

const REGION = "us-central1";
const IMAGE = "x";

/** Inputs of one resource for each type, and what it needs to exist. */
const base: Record<string, Properties> = {
	"gcp:secretmanager/secret:Secret": {
		secretId: "s",
		replication: { auto: {} },
		labels: { a: "1" },
	},
	"gcp:secretmanager/secretVersion:SecretVersion": {
		secret: "projects/demo-1/secrets/s",
		secretData: "abc",
		deletionPolicy: "DELETE",
	},
	"gcp:secretmanager/secretIamMember:SecretIamMember": {
		secretId: "projects/demo-1/secrets/s",
		role: "roles/secretmanager.secretAccessor",
		member: "serviceAccount:a@elsewhere.iam.gserviceaccount.com",
	},
	"gcp:sql/databaseInstance:DatabaseInstance": {
		name: "pg",
		region: REGION,
		databaseVersion: "POSTGRES_16",
		settings: {
			tier: "db-g1-small",
			edition: "ENTERPRISE",
			diskSize: 20,
			ipConfiguration: {
				ipv4Enabled: false,
				privateNetwork: "projects/demo-1/global/networks/vpc",
			},
		},
	},
	"gcp:sql/user:User": { name: "app", instance: "pg", password: "one" },
	"gcp:sql/database:Database": { name: "netra", instance: "pg" },
	"gcp:redis/instance:Instance": {
		memorySizeGb: 1,
		region: REGION,
		tier: "STANDARD_HA",
		redisVersion: "REDIS_7_0",
		authEnabled: true,
		connectMode: "PRIVATE_SERVICE_ACCESS",
		transitEncryptionMode: "SERVER_AUTHENTICATION",
		authorizedNetwork: "projects/demo-1/global/networks/vpc",
	},
	"gcp:cloudrunv2/service:Service": {
		name: "web",
		location: REGION,
		template: {
			containers: [
				{
					image: IMAGE,
					envs: [
						{ name: "A", value: "1" },
						{ name: "B", value: "2" },
					],
				},
			],
		},
	},
	"gcp:cloudrunv2/job:Job": {
		location: REGION,
		template: { template: { containers: [{ image: IMAGE }] } },
	},
	"gcp:serviceaccount/account:Account": { accountId: "netra-web" },
	"gcp:compute/network:Network": { autoCreateSubnetworks: false },
	"gcp:compute/subnetwork:Subnetwork": {
		ipCidrRange: "10.0.0.0/24",
		network: "projects/demo-1/global/networks/vpc",
		region: REGION,
	},
	"gcp:compute/globalAddress:GlobalAddress": {
		addressType: "INTERNAL",
		prefixLength: 16,
		purpose: "VPC_PEERING",
	},
	"gcp:compute/managedSslCertificate:ManagedSslCertificate": {
		managed: { domains: ["a.example."] },
	},
	"gcp:servicenetworking/connection:Connection": {
		network: "projects/demo-1/global/networks/vpc",
		service: "servicenetworking.googleapis.com",
		reservedPeeringRanges: ["one"],
	},
	"gcp:vpcaccess/connector:Connector": {
		name: "c1",
		region: REGION,
		network: "vpc",
		ipCidrRange: "10.8.0.0/28",
		minInstances: 2,
		maxInstances: 4,
	},
	"gcp:pubsub/topic:Topic": {},
	"gcp:pubsub/subscription:Subscription": {
		topic: "projects/demo-1/topics/t",
		ackDeadlineSeconds: 20,
	},
	"gcp:projects/service:Service": { service: "run.googleapis.com" },
	"gcp:logging/metric:Metric": { name: "errors", filter: "severity>=ERROR" },
	"gcp:artifactregistry/repository:Repository": {
		repositoryId: "images",
		location: REGION,
		format: "DOCKER",
	},
	"gcp:cloudscheduler/job:Job": {
		schedule: "* * * * *",
		region: REGION,
		httpTarget: { uri: "https://a.example/" },
	},
	"gcp:storage/bucket:Bucket": { name: "netra-state", location: "eu" },
	"gcp:monitoring/notificationChannel:NotificationChannel": {
		type: "email",
		labels: { email_address: "a@example.com" },
	},
	"gcp:compute/backendService:BackendService": {
		name: "web",
		loadBalancingScheme: "EXTERNAL_MANAGED",
	},
};

/** A deep copy with changes at dotted paths; undefined takes the property away. */
function changed(
	inputs: Properties,
	changes: Record<string, unknown>,
): Properties {
	const copy = structuredClone(inputs);
	for (const [path, value] of Object.entries(changes)) {
		const keys = path.split(".");
		const last = keys.pop() as string;
		// biome-ignore lint/suspicious/noExplicitAny: walks lists and blocks alike
		const parent = keys.reduce<any>((block, key) => block[key], copy);
		if (value === undefined) delete parent[last];
		else parent[last] = value;
	}
	return copy;
}

const cases: [type: string, change: Record<string, unknown>, plan: string][] = [
	[
		"sql/databaseInstance:DatabaseInstance",
		{ databaseVersion: "POSTGRES_17" },
		"update (databaseVersion)",
	],
	[
		"sql/databaseInstance:DatabaseInstance",
		{ deletionPolicy: "ABANDON" },
		"update (deletionPolicy)",
	],
	[
		"sql/databaseInstance:DatabaseInstance",
		{ deletionProtection: false },
		"update (deletionProtection)",
	],
	[
		"sql/databaseInstance:DatabaseInstance",
		{ name: "other" },
		"replace (name), delete first",
	],
	[
		"sql/databaseInstance:DatabaseInstance",
		{ region: "europe-west4" },
		"replace (region), delete first",
	],
	[
		"sql/databaseInstance:DatabaseInstance",
		{ "settings.tier": "db-custom-1-3840" },
		"update (settings.tier)",
	],
	[
		"sql/databaseInstance:DatabaseInstance",
		{ "settings.diskSize": 30 },
		"update (settings.diskSize)",
	],
	[
		"sql/databaseInstance:DatabaseInstance",
		{ "settings.diskSize": 10 },
		"no change",
	],
	[
		"sql/databaseInstance:DatabaseInstance",
		{ "settings.diskSize": 10, "settings.diskAutoresize": false },
		"replace (settings.diskAutoresize, settings.diskSize), delete first",
	],
	[
		"sql/databaseInstance:DatabaseInstance",
		{
			"settings.ipConfiguration.privateNetwork": undefined,
			"settings.ipConfiguration.ipv4Enabled": true,
		},
		"replace (settings.ipConfiguration.ipv4Enabled, settings.ipConfiguration.privateNetwork), delete first",
	],
	["sql/database:Database", { charset: "LATIN1" }, "update (charset)"],
	["sql/database:Database", { name: "x" }, "replace (name), delete first"],
	["sql/user:User", { name: "x" }, "replace (name), delete first"],
	["sql/user:User", { password: "two" }, "update (password)"],
	["sql/user:User", { password: UNKNOWN }, "update (password)"],
	["sql/user:User", { type: "CLOUD_IAM_USER" }, "replace (type), delete first"],
	["sql/user:User", { type: "BUILT_IN" }, "no change"],
	[
		"secretmanager/secret:Secret",
		{ "labels.b": "2" },
		"update (effectiveLabels, labels.b, pulumiLabels)",
	],
	[
		"secretmanager/secret:Secret",
		{ labels: UNKNOWN },
		"update (effectiveLabels, labels, pulumiLabels)",
	],
	[
		"secretmanager/secret:Secret",
		{ secretId: "x" },
		"replace (secretId), delete first",
	],
	[
		"secretmanager/secret:Secret",
		{ replication: { userManaged: { replicas: [{ location: REGION }] } } },
		"replace (replication.auto, replication.userManaged), delete first",
	],
	[
		"secretmanager/secretVersion:SecretVersion",
		{ enabled: false },
		"update (enabled)",
	],
	[
		"secretmanager/secretVersion:SecretVersion",
		{ secretData: "def" },
		"replace (secretData)",
	],
	[
		"secretmanager/secretVersion:SecretVersion",
		{ secretData: UNKNOWN },
		"replace (secretData)",
	],
	[
		"secretmanager/secretVersion:SecretVersion",
		{ isSecretDataBase64: true },
		"replace (isSecretDataBase64)",
	],
	[
		"secretmanager/secretVersion:SecretVersion",
		{ deletionPolicy: "ABANDON" },
		"update (deletionPolicy)",
	],
	["secretmanager/secretVersion:SecretVersion", { secret: "s" }, "no change"],
	[
		"secretmanager/secretIamMember:SecretIamMember",
		{ member: "serviceAccount:A@elsewhere.iam.gserviceaccount.com" },
		"no change",
	],
	[
		"secretmanager/secretIamMember:SecretIamMember",
		{ role: "roles/owner" },
		"replace (role), delete first",
	],
	["redis/instance:Instance", { memorySizeGb: 2 }, "update (memorySizeGb)"],
	["redis/instance:Instance", { authEnabled: false }, "update (authEnabled)"],
	["redis/instance:Instance", { tier: "BASIC" }, "replace (tier)"],
	[
		"redis/instance:Instance",
		{ transitEncryptionMode: "DISABLED" },
		"replace (transitEncryptionMode)",
	],
	[
		"redis/instance:Instance",
		{ connectMode: "DIRECT_PEERING" },
		"replace (connectMode)",
	],
	[
		"redis/instance:Instance",
		{ authorizedNetwork: "other" },
		"replace (authorizedNetwork)",
	],
	[
		"redis/instance:Instance",
		{ redisVersion: "REDIS_6_X" },
		"update (redisVersion)",
	],
	[
		"redis/instance:Instance",
		{ redisVersion: "REDIS_5_0" },
		"replace (redisVersion), by __meta",
	],
	[
		"redis/instance:Instance",
		{ redisVersion: "REDIS_7_2" },
		"update (redisVersion)",
	],
	[
		"cloudrunv2/service:Service",
		{ location: "europe-west4" },
		"replace (location), delete first",
	],
	[
		"cloudrunv2/service:Service",
		{ ingress: "INGRESS_TRAFFIC_INTERNAL_ONLY" },
		"update (ingress)",
	],
	[
		"cloudrunv2/service:Service",
		{ "template.containers.0.image": "y" },
		"update (template.containers[0].image)",
	],
	[
		"cloudrunv2/service:Service",
		{ "template.containers.0.envs.0.value": "3" },
		"update (template.containers[0].envs)",
	],
	[
		"cloudrunv2/service:Service",
		{
			"template.containers.0.envs": [
				{ name: "B", value: "2" },
				{ name: "A", value: "1" },
			],
		},
		"no change",
	],
	[
		"cloudrunv2/job:Job",
		{ "template.template.containers.0.image": "y" },
		"update (template.template.containers[0].image)",
	],
	[
		"serviceaccount/account:Account",
		{ accountId: "netra-other" },
		"replace (accountId, email, member), delete first",
	],
	[
		"serviceaccount/account:Account",
		{ displayName: "x" },
		"update (displayName)",
	],
	[
		"compute/network:Network",
		{ autoCreateSubnetworks: true },
		"replace (autoCreateSubnetworks)",
	],
	["compute/network:Network", { description: "x" }, "replace (description)"],
	[
		"compute/network:Network",
		{ routingMode: "GLOBAL" },
		"update (routingMode)",
	],
	[
		"compute/subnetwork:Subnetwork",
		{ ipCidrRange: "10.0.0.0/23" },
		"update (ipCidrRange)",
	],
	[
		"compute/subnetwork:Subnetwork",
		{ ipCidrRange: "10.0.0.0/25" },
		"replace (ipCidrRange), by __meta",
	],
	[
		"compute/subnetwork:Subnetwork",
		{ ipCidrRange: "10.1.0.0/24" },
		"replace (ipCidrRange), by __meta",
	],
	[
		"compute/subnetwork:Subnetwork",
		{ privateIpGoogleAccess: true },
		"update (privateIpGoogleAccess)",
	],
	[
		"compute/globalAddress:GlobalAddress",
		{ prefixLength: 20 },
		"replace (prefixLength)",
	],
	[
		"compute/managedSslCertificate:ManagedSslCertificate",
		{ managed: { domains: ["a.example"] } },
		"no change",
	],
	[
		"compute/managedSslCertificate:ManagedSslCertificate",
		{ managed: { domains: ["b.example."] } },
		"replace (managed.domains[0])",
	],
	[
		"servicenetworking/connection:Connection",
		{ reservedPeeringRanges: ["one", "two"] },
		"update (reservedPeeringRanges[1])",
	],
	[
		"vpcaccess/connector:Connector",
		{ maxInstances: 5 },
		"update (maxInstances)",
	],
	[
		"vpcaccess/connector:Connector",
		{ maxInstances: 3 },
		"replace (maxInstances), by __meta, delete first",
	],
	[
		"pubsub/topic:Topic",
		{ messageRetentionDuration: "86400s" },
		"update (messageRetentionDuration)",
	],
	["pubsub/topic:Topic", { name: "other" }, "replace (name), delete first"],
	[
		"pubsub/subscription:Subscription",
		{ ackDeadlineSeconds: 30 },
		"update (ackDeadlineSeconds)",
	],
	[
		"pubsub/subscription:Subscription",
		{ enableMessageOrdering: true },
		"replace (enableMessageOrdering)",
	],
	["pubsub/subscription:Subscription", { topic: "t" }, "no change"],
	["projects/service:Service", { disableOnDestroy: false }, "no change"],
	[
		"projects/service:Service",
		{ service: "sql.googleapis.com" },
		"replace (service)",
	],
	["logging/metric:Metric", { name: "other" }, "update (name)"],
	[
		"artifactregistry/repository:Repository",
		{ format: "NPM" },
		"replace (format)",
	],
	["artifactregistry/repository:Repository", { format: "docker" }, "no change"],
	["cloudscheduler/job:Job", { schedule: "0 * * * *" }, "update (schedule)"],
	[
		"cloudscheduler/job:Job",
		{ httpTarget: { uri: "https://a.example" } },
		"no change",
	],
	["storage/bucket:Bucket", { location: "EU" }, "no change"],
	[
		"storage/bucket:Bucket",
		{ location: "us" },
		"replace (location), delete first",
	],
	[
		"storage/bucket:Bucket",
		{ uniformBucketLevelAccess: true },
		"update (uniformBucketLevelAccess)",
	],
	[
		"monitoring/notificationChannel:NotificationChannel",
		{ "labels.email_address": "b@example.com" },
		"update (labels.email_address)",
	],
	[
		"monitoring/notificationChannel:NotificationChannel",
		{ type: "slack" },
		"update (type)",
	],
	[
		"compute/backendService:BackendService",
		{ loadBalancingScheme: "INTERNAL_MANAGED" },
		"update (loadBalancingScheme)",
	],
	[
		"compute/backendService:BackendService",
		{ timeoutSec: 60 },
		"update (timeoutSec)",
	],
];

/** What a type's resource needs to exist, and the resource. */
async function deploy(standIn: StandIn, type: string): Promise<Recorded> {
	if (/SecretVersion|SecretIamMember/.test(type))
		await deploy(standIn, "gcp:secretmanager/secret:Secret");
	if (/sql\/(?:user|database):/.test(type))
		await deploy(standIn, "gcp:sql/databaseInstance:DatabaseInstance");
	return standIn.create(type, "thing", base[type] as Properties);
}

describe("a change", () => {
	it.each(cases)("of %s by %j plans as: %s", async (short, change, plan) => {
		const standIn = new StandIn();
		const type = `gcp:${short}`;
		const resource = await deploy(standIn, type);
		const result = standIn.plan(
			resource,
			changed(base[type] as Properties, change),
		);
		const paths = Object.keys(result.detailed ?? {}).sort();
		const words = [
			result.replaces.length > 0
				? `replace (${paths.join(", ")})`
				: result.changes
					? `update (${paths.join(", ")})`
					: "no change",
			...(result.replaces.includes("__meta") ? ["by __meta"] : []),
			...(result.deleteBeforeReplace ? ["delete first"] : []),
		];
		expect(words.join(", ")).toBe(plan);
	});

	it.each(Object.keys(base))(
		"that is none leaves %s as it is, also after a refresh",
		async (type) => {
			const standIn = new StandIn();
			const resource = await deploy(standIn, type);
			expect(standIn.plan(resource, base[type] as Properties).detailed).toEqual(
				{},
			);
			const refreshed = (await standIn.refresh(resource)) as Recorded;
			expect(refreshed.inputs).toEqual(resource.inputs);
			expect(refreshed.outputs).toEqual(resource.outputs);
			expect(
				standIn.plan(refreshed, base[type] as Properties).detailed,
			).toEqual({});
		},
	);

	it("of an ignored property does not count", async () => {
		const standIn = new StandIn();
		const type = "gcp:cloudrunv2/service:Service";
		const service = await deploy(standIn, type);
		const news = changed(base[type] as Properties, {
			"template.containers.0.image": "y",
			ingress: "INGRESS_TRAFFIC_INTERNAL_ONLY",
		});
		expect(
			standIn.plan(service, news, ["template.containers[*].image"]).diffs,
		).toEqual(["ingress"]);
		expect(standIn.plan(service, news, ["template", "ingress"]).changes).toBe(
			false,
		);
	});

	it("leaves computed outputs that it does not touch known in a preview, with their old values", async () => {
		const standIn = new StandIn();
		const type = "gcp:cloudrunv2/service:Service";
		const { id, name, inputs, outputs } = await deploy(standIn, type);
		const news = standIn.check(
			type,
			name,
			changed(base[type] as Properties, {
				"template.containers.0.image": UNKNOWN,
			}),
			inputs,
		);
		const planned = await standIn.provider.update({
			urn: "u",
			type,
			name,
			id,
			olds: outputs,
			news,
			preview: true,
		});
		expect(planned.latestReadyRevision).toBe(outputs.latestReadyRevision);
		expect(planned.uri).toBe(outputs.uri);
	});
});

describe("the label that shows that Pulumi made a resource", () => {
	it("is added when it is created, never later", async () => {
		const standIn = new StandIn();
		const type = "gcp:secretmanager/secret:Secret";
		const secret = await deploy(standIn, type);
		expect(secret.outputs.effectiveLabels).toEqual({
			a: "1",
			"goog-pulumi-provisioned": "true",
		});
		standIn.cloud(({ resources }) => {
			const entry = resources[type]?.[secret.id];
			if (entry !== undefined) entry.properties.effectiveLabels = { a: "1" };
		});
		const imported = (await standIn.import(
			type,
			"projects/demo-1/secrets/s",
		)) as Recorded;
		expect(imported.outputs.pulumiLabels).toEqual({});
		const plan = standIn.plan(imported, base[type] as Properties);
		expect(plan.diffs).toEqual(["effectiveLabels", "labels", "pulumiLabels"]);
		const updated = await standIn.update(imported, base[type] as Properties);
		expect(updated.outputs.effectiveLabels).toEqual({ a: "1" });
	});
});
