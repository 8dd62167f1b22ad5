/** The stand-in's gcloud for accounts, and for who may do what. */
import { secretIdIn } from "../cloud/secret-access.ts";
import { entriesOf } from "../cloud/world.ts";
import {
	bucketPolicy,
	projectPolicy,
	secretPolicy,
} from "../gcp/policy-sources.ts";
import { CloudError } from "../provider/core.ts";
import { type Properties, textAt } from "../provider/values.ts";
import {
	ACCOUNT,
	BUCKET_MEMBER,
	PROJECT_MEMBER,
	SECRET_MEMBER,
} from "../types/tokens.ts";
import type { Cloud, Command, Flags } from "./command.ts";

const bindingFlags = ["condition", "member", "quiet", "role"];

/** By the command's words; `*` stands for its argument. */
export const policyCommands: Record<string, Command> = {
	"secrets get-iam-policy *": {
		flags: ["project", "format"],
		run: ({ store }, _flags, secretId) =>
			printed(store.view((world) => secretPolicy(world, secretId))),
	},
	"secrets remove-iam-policy-binding *": {
		flags: ["project", ...bindingFlags],
		run: (cloud, flags, secretId) =>
			takeAway(cloud, SECRET_MEMBER, flags, ({ secretId: reference }) =>
				cloud.store.view(
					(world) => secretIdIn(world, String(reference)) === secretId,
				),
			),
	},
	"storage buckets get-iam-policy *": {
		flags: ["project", "format"],
		run: ({ store }, _flags, url) =>
			printed(store.view((world) => bucketPolicy(world, bucketIn(url)))),
	},
	"storage buckets remove-iam-policy-binding *": {
		flags: ["project", "member", "role"],
		run: (cloud, flags, url) =>
			takeAway(
				cloud,
				BUCKET_MEMBER,
				{ ...flags, condition: "None" },
				({ bucket }) => bucket === `b/${bucketIn(url)}`,
			),
	},
	"projects get-iam-policy *": {
		flags: ["format"],
		run: ({ store }) => printed(store.view(projectPolicy)),
	},
	"projects remove-iam-policy-binding *": {
		flags: bindingFlags,
		run: (cloud, flags) => takeAway(cloud, PROJECT_MEMBER, flags, () => true),
	},
	"iam service-accounts list": {
		flags: ["project", "format"],
		run: ({ store }) =>
			store
				.view((world) => Object.values(entriesOf(world, ACCOUNT)))
				.map(({ properties: { name, email, displayName } }) => ({
					name,
					email,
					displayName,
				})),
	},
	"iam service-accounts delete *": {
		flags: ["project", "quiet"],
		run: async ({ api }, { project }, email) => {
			const id = `projects/${project}/serviceAccounts/${email}`;
			if ((await api.look(ACCOUNT, id)) === undefined)
				throw new CloudError(`NOT_FOUND: Unknown service account ${email}`);
			await api.delete(ACCOUNT, id, "DELETE");
		},
	},
};

const bucketIn = (url: string) => url.replace(/^gs:\/\//, "");

const printed = ({ etag, policyData }: Properties) => ({
	...JSON.parse(String(policyData)),
	etag,
	version: 1,
});

/** Takes a role away from a member, as it is written in the policy. */
async function takeAway(
	{ api, store }: Cloud,
	type: string,
	{ role, member, condition }: Flags,
	isOf: (properties: Properties) => boolean,
): Promise<void> {
	if (condition !== "None")
		throw new CloudError("the stand-in knows no IAM conditions");
	const entries = store.view((world) => Object.entries(entriesOf(world, type)));
	const found = entries.find(
		([, { properties }]) =>
			textAt(properties, "role") === role &&
			textAt(properties, "member") === member &&
			isOf(properties),
	);
	if (found === undefined)
		throw new CloudError(
			`Policy binding with the specified principal, role, and condition not found!`,
		);
	await api.delete(type, found[0], "DELETE");
}
