/** Monitoring: the API gives these resources their names. */
import { blocksAt, textAt } from "../provider/values.ts";
import { longNumber, timestamp } from "./fill-in.ts";
import type { ResourceType } from "./resource-type.ts";

/** A type whose id the API makes up when the resource is created. */
function numbered(collection: string): Pick<ResourceType, "id" | "accept"> {
	return {
		id: (properties) =>
			`projects/${textAt(properties, "project")}/${collection}/${longNumber()}`,
		accept: ({ id }, { properties }) => {
			properties.name = id;
		},
	};
}

export const notificationChannel: ResourceType = {
	...numbered("notificationChannels"),
	stateOnly: ["forceDelete"],
	unread: ["sensitiveLabels"],
};

export const alertPolicy: ResourceType = {
	...numbered("alertPolicies"),
	accept: ({ id, prior }, { properties }) => {
		properties.name = id;
		const old = blocksAt(prior?.properties, "conditions");
		for (const [index, condition] of blocksAt(
			properties,
			"conditions",
		).entries())
			condition.name =
				textAt(old[index], "name") || `${id}/conditions/${longNumber()}`;
		properties.creationRecords = prior?.properties.creationRecords ?? [
			{ mutateTime: timestamp(), mutatedBy: "stand-in@example.com" },
		];
	},
};

export const uptimeCheck: ResourceType = {
	id: (properties) => {
		const label = textAt(properties, "displayName").toLowerCase();
		const slug = label.replace(/[^a-z0-9]+/g, "-");
		return `projects/${textAt(properties, "project")}/uptimeCheckConfigs/${slug}-${longNumber().slice(0, 11)}`;
	},
	accept: ({ id }, { properties }) => {
		properties.name = id;
		properties.uptimeCheckId = id.split("/").at(-1) ?? "";
	},
};
