/** Data sources that show who may do what, and as whom services run. */
import { secretIdIn, secretKey } from "../cloud/secret-access.ts";
import { type Entry, entriesOf, find, type World } from "../cloud/world.ts";
import { CloudError } from "../provider/core.ts";
import { type Properties, textAt } from "../provider/values.ts";
import { etag } from "../types/fill-in.ts";
import {
	BUCKET,
	BUCKET_MEMBER,
	PROJECT_MEMBER,
	SECRET,
	SECRET_MEMBER,
} from "../types/tokens.ts";

/** A secret's policy. */
export function secretPolicy(world: World, secretId: string): Properties {
	const id = secretKey(world, secretId);
	if (find(world, SECRET, id) === undefined) {
		throw new CloudError(
			`Error retrieving IAM policy for secretmanager secret "${id}": googleapi: Error 404: Secret [${id}] not found., notFound`,
		);
	}
	const members = Object.values(entriesOf(world, SECRET_MEMBER)).filter(
		({ properties }) =>
			secretIdIn(world, textAt(properties, "secretId")) === secretId,
	);
	return { id, project: world.project, secretId: id, ...policyOf(members) };
}

/** A bucket's policy. */
export function bucketPolicy(world: World, bucket: string): Properties {
	const id = `b/${bucket}`;
	const members = Object.values(entriesOf(world, BUCKET_MEMBER)).filter(
		({ properties }) => textAt(properties, "bucket") === id,
	);
	if (find(world, BUCKET, bucket) === undefined)
		throw new CloudError(
			`Error retrieving IAM policy for storage bucket "${id}": googleapi: Error 404: The specified bucket does not exist., notFound`,
		);
	return { id, bucket: id, ...policyOf(members) };
}

/** The project's policy. */
export function projectPolicy(world: World): Properties {
	const { project } = world;
	const members = Object.values(entriesOf(world, PROJECT_MEMBER));
	return { id: `projects/${project}`, project, ...policyOf(members) };
}

function policyOf(members: Entry[]): Properties {
	const byRole = Map.groupBy(members, ({ properties }) =>
		textAt(properties, "role"),
	);
	const bindings = [...byRole].map(([role, entries]) => ({
		members: entries.map(({ properties }) => textAt(properties, "member")),
		role,
	}));
	return { etag: etag(), policyData: JSON.stringify({ bindings }) };
}
