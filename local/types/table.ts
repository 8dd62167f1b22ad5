/** One row for each resource type; the rows of types with behaviour of their own refer to a file beside this one. */
import { textAt } from "../provider/values.ts";
import { account } from "./account.ts";
import { globalAddress, subnetwork } from "./compute.ts";
import {
	bucketMember,
	projectMember,
	secretMember,
	serviceMember,
	topicMember,
} from "./iam-members.ts";
import { job } from "./job.ts";
import { alertPolicy, notificationChannel, uptimeCheck } from "./monitoring.ts";
import { redisInstance } from "./redis-instance.ts";
import type { ResourceType } from "./resource-type.ts";
import { secret, secretVersion } from "./secret.ts";
import { service } from "./service.ts";
import { database, sqlInstance, user } from "./sql.ts";
import { bucket, hmacKey } from "./storage.ts";

const COMPUTE = "https://www.googleapis.com/compute/v1/{id}";

/** A resource of the Compute API that belongs to the whole project. */
function globalCompute(
	collection: string,
	filled: Readonly<Record<string, string>> = {},
): ResourceType {
	return {
		id: `projects/{project}/global/${collection}/{name}`,
		filled: { selfLink: COMPUTE, ...filled },
	};
}

/** Every type of the gcp provider that the stand-in knows, by token. */
export const table: Readonly<Record<string, ResourceType>> = {
	"gcp:artifactregistry/repository:Repository": {
		id: "projects/{project}/locations/{location}/repositories/{repositoryId}",
		filled: {
			name: "{repositoryId}",
			createTime: "@time",
			updateTime: "@time",
			registryUri: "{location}-docker.pkg.dev/{project}/{repositoryId}",
		},
	},
	"gcp:cloudrunv2/job:Job": job,
	"gcp:cloudrunv2/service:Service": service,
	"gcp:cloudrunv2/serviceIamMember:ServiceIamMember": serviceMember,
	"gcp:cloudscheduler/job:Job": {
		id: "projects/{project}/locations/{region}/jobs/{name}",
		filled: { state: "ENABLED" },
	},
	"gcp:compute/backendService:BackendService": globalCompute(
		"backendServices",
		{
			creationTimestamp: "@time",
			fingerprint: "@fingerprint",
			generatedId: "@smallNumber",
		},
	),
	"gcp:compute/globalAddress:GlobalAddress": globalAddress,
	"gcp:compute/globalForwardingRule:GlobalForwardingRule": globalCompute(
		"forwardingRules",
		{
			forwardingRuleId: "@smallNumber",
			labelFingerprint: "@fingerprint",
			networkTier: "PREMIUM",
			ipProtocol: "TCP",
		},
	),
	"gcp:compute/managedSslCertificate:ManagedSslCertificate": globalCompute(
		"sslCertificates",
		{
			certificateId: "@smallNumber",
			creationTimestamp: "@time",
		},
	),
	"gcp:compute/network:Network": {
		...globalCompute("networks"),
		filled: { selfLink: COMPUTE, numericId: "@number", networkId: "@number" },
	},
	"gcp:compute/regionNetworkEndpointGroup:RegionNetworkEndpointGroup": {
		id: "projects/{project}/regions/{region}/networkEndpointGroups/{name}",
		filled: { selfLink: COMPUTE },
	},
	"gcp:compute/securityPolicy:SecurityPolicy": globalCompute(
		"securityPolicies",
		{
			fingerprint: "@fingerprint",
			labelFingerprint: "@fingerprint",
			type: "CLOUD_ARMOR",
		},
	),
	"gcp:compute/subnetwork:Subnetwork": subnetwork,
	"gcp:compute/targetHttpsProxy:TargetHttpsProxy": globalCompute(
		"targetHttpsProxies",
		{
			creationTimestamp: "@time",
			fingerprint: "@fingerprint",
			proxyId: "@smallNumber",
		},
	),
	"gcp:compute/uRLMap:URLMap": globalCompute("urlMaps", {
		creationTimestamp: "@time",
		fingerprint: "@fingerprint",
		mapId: "@smallNumber",
	}),
	"gcp:iam/workloadIdentityPool:WorkloadIdentityPool": {
		id: "projects/{project}/locations/global/workloadIdentityPools/{workloadIdentityPoolId}",
		filled: {
			name: "projects/{number}/locations/global/workloadIdentityPools/{workloadIdentityPoolId}",
			state: "ACTIVE",
		},
	},
	"gcp:iam/workloadIdentityPoolProvider:WorkloadIdentityPoolProvider": {
		id: "projects/{project}/locations/global/workloadIdentityPools/{workloadIdentityPoolId}/providers/{workloadIdentityPoolProviderId}",
		filled: {
			name: "projects/{number}/locations/global/workloadIdentityPools/{workloadIdentityPoolId}/providers/{workloadIdentityPoolProviderId}",
			state: "ACTIVE",
		},
	},
	"gcp:kms/cryptoKey:CryptoKey": {
		id: "{keyRing}/cryptoKeys/{name}",
		forgets: true,
	},
	"gcp:kms/keyRing:KeyRing": {
		id: "projects/{project}/locations/{location}/keyRings/{name}",
		forgets: true,
	},
	"gcp:logging/metric:Metric": { id: "{name}" },
	"gcp:monitoring/alertPolicy:AlertPolicy": alertPolicy,
	"gcp:monitoring/notificationChannel:NotificationChannel": notificationChannel,
	"gcp:monitoring/uptimeCheckConfig:UptimeCheckConfig": uptimeCheck,
	"gcp:projects/iAMMember:IAMMember": projectMember,
	"gcp:projects/service:Service": { id: "{project}/{service}", forgets: true },
	"gcp:projects/serviceIdentity:ServiceIdentity": {
		id: "projects/{project}/services/{service}",
		filled: {
			email: "service-{number}@gcp-sa-{service}",
			member: "serviceAccount:service-{number}@gcp-sa-{service}",
		},
		forgets: true,
		adopts: true,
	},
	"gcp:pubsub/subscription:Subscription": {
		id: "projects/{project}/subscriptions/{name}",
	},
	"gcp:pubsub/topic:Topic": { id: "projects/{project}/topics/{name}" },
	"gcp:pubsub/topicIAMMember:TopicIAMMember": topicMember,
	"gcp:redis/instance:Instance": redisInstance,
	"gcp:secretmanager/secret:Secret": secret,
	"gcp:secretmanager/secretIamMember:SecretIamMember": secretMember,
	"gcp:secretmanager/secretVersion:SecretVersion": secretVersion,
	"gcp:serviceaccount/account:Account": account,
	"gcp:servicenetworking/connection:Connection": {
		id: (properties) =>
			`${encodeURIComponent(textAt(properties, "network"))}:${textAt(properties, "service")}`,
		filled: { peering: "servicenetworking-googleapis-com" },
	},
	"gcp:sql/database:Database": database,
	"gcp:sql/databaseInstance:DatabaseInstance": sqlInstance,
	"gcp:sql/user:User": user,
	"gcp:storage/bucket:Bucket": bucket,
	"gcp:storage/bucketIAMMember:BucketIAMMember": bucketMember,
	"gcp:storage/hmacKey:HmacKey": hmacKey,
	"gcp:vpcaccess/connector:Connector": {
		id: "projects/{project}/locations/{region}/connectors/{name}",
		filled: {
			selfLink: "projects/{project}/locations/{region}/connectors/{name}",
			state: "READY",
		},
	},
};
