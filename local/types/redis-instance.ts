/** Memorystore for Redis. */
import type { Certificate, RedisEndpoint } from "../plane/data-plane.ts";
import { blocksAt, textAt } from "../provider/values.ts";
import { timestamp } from "./fill-in.ts";
import type { Finish, Operation, ResourceType } from "./resource-type.ts";

/** The endpoint that the cloud knows of, if the instance runs already. */
function endpointOf({ prior }: Operation): RedisEndpoint | undefined {
	if (prior === undefined) return undefined;
	const { properties } = prior;
	return {
		host: textAt(properties, "host"),
		port: Number(properties.port),
		authString: textAt(properties, "authString"),
		authorities: blocksAt(
			properties,
			"serverCaCerts",
		) as unknown as Certificate[],
	};
}

async function start(operation: Operation): Promise<Finish> {
	const { plane, scope, properties } = operation;
	const endpoint = await plane.startRedis(
		scope.project,
		properties,
		endpointOf(operation),
	);
	return (entry) => {
		const made = entry.properties;
		made.host = endpoint.host;
		made.port = endpoint.port;
		made.authString = endpoint.authString;
		made.serverCaCerts = endpoint.authorities.map(
			({ cert, createTime, expireTime, sha1Fingerprint }) => ({
				cert,
				createTime,
				expireTime,
				serialNumber: "0",
				sha1Fingerprint,
			}),
		);
		return undefined;
	};
}

export const redisInstance: ResourceType = {
	id: "projects/{project}/locations/{region}/instances/{name}",
	filled: {
		createTime: "@time",
		persistenceIamIdentity:
			"serviceAccount:service-{number}@cloud-redis.iam.gserviceaccount.com",
		effectiveReservedIpRange: "10.64.1.0/29",
	},
	protection:
		"cannot destroy redis instance without setting deletion_protection=false and running `pulumi up`",
	accept: ({ prior }, { properties }) => {
		if (prior !== undefined) return;
		const zone =
			textAt(properties, "locationId") || `${textAt(properties, "region")}-a`;
		properties.locationId = zone;
		properties.currentLocationId = zone;
		properties.nodes = [{ id: "node-0", zone }];
		properties.createTime ||= timestamp();
	},
	apply: start,
	dispose: ({ scope, plane, properties }) =>
		plane.stopRedis(scope.project, textAt(properties, "name")),
};
