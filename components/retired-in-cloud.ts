/** Which of the things that left the contract the cloud still has: `tools/prune`, or somebody by hand, takes them away. */
import { getIamPolicy } from "@pulumi/gcp/projects/getIamPolicy.js";
import { getSecret } from "@pulumi/gcp/secretmanager/getSecret.js";
import { getSecretIamPolicy } from "@pulumi/gcp/secretmanager/getSecretIamPolicy.js";
import { getSecretVersion } from "@pulumi/gcp/secretmanager/getSecretVersion.js";
import { getAccount } from "@pulumi/gcp/serviceaccount/getAccount.js";
import { getBucketIamPolicy } from "@pulumi/gcp/storage/getBucketIamPolicy.js";
import { UserError } from "../contract/errors.ts";
import type { StackConfig } from "../contract/stack-config.ts";
import { recordedText, types } from "../plan/recorded.ts";
import type { Retired } from "../plan/retention.ts";
import { lastSegment } from "../plan/revision-name.ts";

/**
 * The retired resources that the cloud still has. What it has no more must not be registered: after a refresh it would be
 * made anew. The engine then deletes it, which the provider takes for done where nothing is there.
 * @throws {UserError} if the cloud gives another answer than the state of something or "not found"
 */
export async function stillThere(
	retired: readonly Retired[],
	config: StackConfig,
): Promise<Retired[]> {
	const found = await Promise.all(retired.map((each) => isThere(each, config)));
	const there = retired.filter((_, index) => found[index]);
	// Without its secret nobody asks for the value again.
	return there.filter(
		({ type, inUse }) =>
			type !== types.generator ||
			inUse ||
			there.some((each) => each.type === types.secret),
	);
}

async function isThere(
	resource: Retired,
	{ environment, project }: StackConfig,
): Promise<boolean> {
	try {
		return await look(resource, project);
	} catch (error) {
		const message = error instanceof Error ? error.message : String(error);
		if (/not found|Error 404|DESTROYED/.test(message)) {
			return false;
		}
		throw new UserError(
			`[retired] it could not be read whether ${resource.name}, which left the contract, is still there; nothing was changed in ${environment}\n  found: ${message}\n  fix: check that you may read secrets, accounts and their policies in ${project}, then run the command again`,
		);
	}
}

async function look(resource: Retired, project: string): Promise<boolean> {
	const text = (key: string) => recordedText(resource, key);
	switch (resource.type) {
		case types.account:
			await getAccount({ accountId: text("accountId"), project });
			return true;
		case types.secret:
			await getSecret({ secretId: text("secretId"), project });
			return true;
		case types.secretVersion: {
			// The real data source shows a disabled version as enabled, and of a destroyed one the time.
			const { destroyTime } = await getSecretVersion({
				secret: lastSegment(text("secret")),
				version: text("version"),
				project,
				fetchSecretData: false,
			});
			return destroyTime === "";
		}
		case types.grant: {
			const secretId = lastSegment(text("secretId"));
			const policy = await getSecretIamPolicy({ secretId, project });
			return grants(policy.policyData, text("role"), text("member"));
		}
		case types.bucketGrant: {
			const bucket = lastSegment(text("bucket"));
			const policy = await getBucketIamPolicy({ bucket });
			return grants(policy.policyData, text("role"), text("member"));
		}
		case types.projectRole: {
			const policy = await getIamPolicy({ project });
			return grants(policy.policyData, text("role"), text("member"));
		}
		default:
			return true;
	}
}

/** Whether a policy, as the provider writes it, gives a role to a member. */
function grants(policyData: string, role: string, member: string): boolean {
	const policy: { bindings?: { role: string; members?: string[] }[] } =
		JSON.parse(policyData || "{}");
	return (policy.bindings ?? []).some(
		(binding) =>
			binding.role === role && (binding.members ?? []).includes(member),
	);
}
