/**
 * What a workload needs, read off what is registered: the versions that it binds, the resources that their values are made
 * from, and the values. The components go by contract/needs.ts; what both took from there, neither would find wrong.
 */
import { isSocket, parseConnectionUrl } from "./connection-url.ts";
import type { Evidence } from "./evidence.ts";
import { known, textAt } from "./read.ts";
import { type StackResource, types } from "./stack.ts";
import { secretUses, type Workload } from "./workload.ts";

const storeTypes: string[] = [
	types.databaseInstance,
	types.redis,
	types.bucket,
	types.hmacKey,
];

/** The data stores that the values of a workload's secrets are made from. */
export function storesBehind(
	evidence: Evidence,
	workload: Workload,
): ReadonlySet<StackResource> {
	const { stack } = evidence;
	const direct = versionsRead(evidence, workload).flatMap(({ version }) =>
		[...storeTypes, types.user, types.database].flatMap((type) =>
			stack.madeFrom(version, "secretData", type),
		),
	);
	// A login or a database stands for the instance that it is in.
	return new Set(
		direct.flatMap((resource) =>
			storeTypes.includes(resource.type)
				? [resource]
				: stack.madeFrom(resource, "instance", types.databaseInstance),
		),
	);
}

/** The database instances that a workload reaches, by the way that its values name. */
export function waysOf(
	evidence: Evidence,
	workload: Workload,
): { sockets: ReadonlySet<StackResource>; hosts: ReadonlySet<StackResource> } {
	const sockets = new Set<StackResource>();
	const hosts = new Set<StackResource>();
	for (const { secretId, version } of versionsRead(evidence, workload)) {
		for (const instance of evidence.stack.madeFrom(
			version,
			"secretData",
			types.databaseInstance,
		)) {
			const value = known(textAt(version.properties, "secretData"));
			const way =
				value === undefined
					? declaredWay(evidence, secretId)
					: wayIn(value, instance);
			if (way !== undefined) {
				(way === "socket" ? sockets : hosts).add(instance);
			}
		}
	}
	return { sockets, hosts };
}

function versionsRead(
	evidence: Evidence,
	workload: Workload,
): { secretId: string; version: StackResource }[] {
	return secretUses(workload).flatMap(({ secretId }) =>
		evidence.versionsOf(secretId).map((version) => ({ secretId, version })),
	);
}

type Way = "socket" | "host" | undefined;

/** Certificates are made from the instance too, and lead nowhere. */
function wayIn(value: string, { properties }: StackResource): Way {
	const holds = (property: string) => {
		const name = known(textAt(properties, property)) ?? "";
		return (
			name !== "" &&
			[name, encodeURIComponent(name)].some((text) => value.includes(text))
		);
	};
	const url = parseConnectionUrl(value);
	if (holds("connectionName") || (url !== undefined && isSocket(url))) {
		return "socket";
	}
	return url !== undefined || holds("privateIpAddress") ? "host" : undefined;
}

/** What the contract writes of a value that this preview does not know. */
function declaredWay({ expected }: Evidence, secretId: string): Way {
	const source = expected.secrets.get(secretId)?.source;
	if (source === undefined || source.from.endsWith(".ca")) {
		return undefined;
	}
	return "via" in source && source.via === "tls" ? "host" : "socket";
}
