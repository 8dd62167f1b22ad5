/** What a person changes of a service with gcloud: its container, or where its requests go. */
import { find } from "../cloud/world.ts";
import type { CloudApi } from "../gcp/api.ts";
import { CloudError } from "../provider/core.ts";
import { blocksAt, type Properties } from "../provider/values.ts";
import { lastSegment } from "../types/answers.ts";
import { historyOf } from "../types/revisions.ts";
import { SERVICE } from "../types/tokens.ts";
import { LATEST } from "../types/traffic.ts";

/** The flags of `gcloud run services update` that the stand-in knows. */
export const updateFlags = [
	"image",
	"update-env-vars",
	"remove-env-vars",
	"update-secrets",
	"no-traffic",
];

/** The flags of `gcloud run services update-traffic` that the stand-in knows. */
export const trafficFlags = ["to-latest", "to-revisions"];

type Flags = Readonly<Record<string, string>>;

/** Makes a new revision from the latest created one; labels and bound versions stay, as with the real gcloud. */
export async function updateService(
	api: CloudApi,
	id: string,
	flags: Flags,
): Promise<void> {
	await change(api, id, (properties, count) => {
		const template = properties.template as Properties;
		const [container] = blocksAt(template, "containers");
		if (container === undefined) throw notFound(id);
		if (flags.image !== undefined) container.image = flags.image;
		container.envs = changedVariables(blocksAt(container, "envs"), flags);
		// gcloud makes up the name: a number that counts, and three letters.
		template.revision = `${lastSegment(id)}-${String(count + 1).padStart(5, "0")}-${letters()}`;
		if ("no-traffic" in flags)
			properties.traffics = [
				shareOf(lastSegment(properties.latestReadyRevision), 100),
			];
	});
}

/** Sends the requests elsewhere. */
export async function updateTraffic(
	api: CloudApi,
	id: string,
	flags: Flags,
): Promise<void> {
	const targets = pairs(flags["to-revisions"]).map(([revision, percent]) =>
		shareOf(revision, Number(percent)),
	);
	await change(api, id, (properties) => {
		properties.traffics =
			"to-latest" in flags
				? [{ percent: 100, revision: "", tag: "", type: LATEST }]
				: targets;
	});
}

async function change(
	api: CloudApi,
	id: string,
	edit: (properties: Properties, count: number) => void,
): Promise<void> {
	const entry = api.view((world) => find(world, SERVICE, id));
	if (entry === undefined) throw notFound(id);
	const properties = structuredClone(entry.properties);
	edit(properties, historyOf(entry).count);
	const { failure } = await api.update(
		{ type: SERVICE, name: lastSegment(id), inputs: {}, properties },
		id,
	);
	if (failure !== undefined) throw failure;
}

function changedVariables(before: Properties[], flags: Flags): Properties[] {
	const removed = new Set((flags["remove-env-vars"] ?? "").split(","));
	const plain = pairs(flags["update-env-vars"]).map(
		([name, value]): Properties => ({ name, value, valueSource: null }),
	);
	const secret = pairs(flags["update-secrets"]).map(
		([name, reference]): Properties => {
			const [secret = "", version = "latest"] = reference.split(":");
			return {
				name,
				value: "",
				valueSource: { secretKeyRef: { secret, version } },
			};
		},
	);
	const set = [...plain, ...secret];
	const names = new Set(set.map(({ name }) => name));
	return [
		...before.map((each) =>
			names.has(each.name)
				? (set.find(({ name }) => name === each.name) ?? each)
				: each,
		),
		...set.filter(({ name }) => !before.some((each) => each.name === name)),
	].filter(({ name }) => !removed.has(String(name)));
}

const shareOf = (revision: string, percent: number): Properties => ({
	percent,
	revision,
	tag: "",
	type: "TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION",
});

/** `A=1,B=2` as pairs. */
function pairs(text: string | undefined): [string, string][] {
	return (text ?? "")
		.split(",")
		.filter((each) => each.includes("="))
		.map((each) => [
			each.slice(0, each.indexOf("=")),
			each.slice(each.indexOf("=") + 1),
		]);
}

const letters = () =>
	Array.from({ length: 3 }, () =>
		String.fromCharCode(97 + Math.floor(Math.random() * 26)),
	).join("");

const notFound = (id: string) =>
	new CloudError(`Service [${lastSegment(id)}] could not be found.`);
