/** The stand-in's `gcloud secrets` for secrets as a whole, and for a payload on its way through a pipe. */
import { accessVersion, secretKey } from "../cloud/secret-access.ts";
import { entriesOf, find, put } from "../cloud/world.ts";
import { CloudError } from "../provider/core.ts";
import { newSecret } from "../seed.ts";
import { SECRET } from "../types/tokens.ts";
import type { Command } from "./command.ts";

/** By the command's words; `*` stands for its argument. */
export const wholeSecretCommands: Record<string, Command> = {
	"secrets list": {
		flags: ["project", "format"],
		run: ({ store }) =>
			store
				.view((world) => Object.values(entriesOf(world, SECRET)))
				.map(({ properties: { name, createTime, effectiveLabels } }) => ({
					name,
					createTime,
					labels: effectiveLabels,
				})),
	},
	"secrets create *": {
		flags: ["project", "replication-policy"],
		run: ({ store }, flags, secretId) => {
			if (flags["replication-policy"] !== "automatic")
				throw new CloudError("the stand-in replicates automatically only");
			store.update((world) => {
				const id = secretKey(world, secretId);
				if (find(world, SECRET, id) !== undefined)
					throw new CloudError(`Secret [${id}] already exists.`);
				put(world, SECRET, id, newSecret(world, secretId, 0));
			});
		},
	},
	"secrets delete *": {
		flags: ["project", "quiet"],
		run: async ({ api, store }, _flags, secretId) => {
			const id = store.view((world) => secretKey(world, secretId));
			if ((await api.look(SECRET, id)) === undefined)
				throw new CloudError(`Secret [${id}] not found.`);
			await api.delete(SECRET, id, "DELETE");
		},
	},
	"secrets versions access *": {
		flags: ["project", "secret"],
		run: ({ store }, { secret = "" }, version) => {
			const access = store.view((world) =>
				accessVersion(world, secret, version),
			);
			if ("problem" in access)
				throw new CloudError(
					`Secret Version [${access.name}] ${access.problem === "not-found" ? "not found" : `is in ${access.problem.toUpperCase()} state`}.`,
				);
			// As it is, without a line's end.
			process.stdout.write(access.payload);
		},
	},
};
