/** Somebody is told. */
import { booleanAt, is, listAt } from "../read.ts";
import type { Rule } from "../rule.ts";

const alertPolicy = "gcp:monitoring/alertPolicy:AlertPolicy";

export const alertsPresent: Rule = {
	id: "alerts-present",
	level: "advisory",
	requirements: ["R-003", "R-071"],
	complies:
		"The stack has alert policies, each enabled and with a channel to notify.",
	rejects: [
		"no alert policy at all",
		"an alert policy that is disabled or notifies nobody",
	],
	why: "Nobody was told of a rotation, nor of the failures after it.",
	fix: "declare alert policies with notificationChannels",
	looksAt: "stack",
	*check({ stack, expected }) {
		const policies = stack.ofType(alertPolicy);
		if (policies.length === 0 && expected.environment !== "local") {
			yield { found: "no alert policy", needed: "at least one" };
		}
		for (const resource of policies) {
			const channels = listAt(resource.properties, "notificationChannels");
			if (
				is(booleanAt(resource.properties, "enabled"), false) ||
				channels.state === "missing" ||
				(channels.state === "known" && channels.value.length === 0)
			) {
				yield {
					resource,
					found: "an alert policy that is disabled or notifies nobody",
					needed: "enabled, with a channel",
				};
			}
		}
	},
};
