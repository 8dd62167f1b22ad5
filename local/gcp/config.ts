/** The configuration of the gcp provider. */
import type { CheckFailure, DiffResult } from "../provider/core.ts";
import { isObject, type Properties, sameValue } from "../provider/values.ts";

/** What the stand-in uses of it. */
export interface GcpConfig {
	/** The project where a resource gives none. */
	readonly project: string;
	/** The region where a resource gives none. */
	readonly region: string;
	readonly zone: string;
	/** Labels for every resource. */
	readonly defaultLabels: Properties;
}

/** Keys with a meaning here. */
const USED = [
	"project",
	"region",
	"zone",
	"defaultLabels",
	"disableGlobalProjectWarning",
];
/** Keys that say who is calling; the stand-in asks nobody for a login. */
const LOGIN = [
	"accessToken",
	"billingProject",
	"credentials",
	"impersonateServiceAccount",
	"impersonateServiceAccountDelegates",
	"scopes",
	"userProjectOverride",
];
/** Keys that the engine adds. */
const ENGINE = ["version", "pluginDownloadURL"];

/** What is wrong with the configuration: a key that the stand-in does not know is an error, not a wish it ignores. */
export function configFailures(config: Properties): CheckFailure[] {
	const known = [...USED, ...LOGIN, ...ENGINE];
	return Object.keys(config)
		.filter((key) => !known.includes(key))
		.map((key) => ({
			reason: `could not validate provider configuration: \`gcp:${key}\` is not a configuration key that the stand-in knows. If the key is not intended for the provider, please choose a different namespace from \`gcp:\`.`,
		}));
}

/** Reads the configuration; the engine sends values other than strings as JSON. */
export function readConfig(config: Properties): GcpConfig {
	const text = (key: string) =>
		typeof config[key] === "string" ? config[key] : "";
	const labels = config.defaultLabels;
	const parsed = typeof labels === "string" ? JSON.parse(labels) : labels;
	return {
		project: text("project"),
		region: text("region"),
		zone: text("zone"),
		defaultLabels: isObject(parsed) ? parsed : {},
	};
}

/** Which settings differ; none of them replaces the provider, and with it everything that it made. */
export function configChanges(olds: Properties, news: Properties): DiffResult {
	const diffs = Object.keys({ ...olds, ...news }).filter(
		(key) => !sameValue(olds[key], news[key]),
	);
	return {
		changes: diffs.length > 0,
		replaces: [],
		diffs,
		deleteBeforeReplace: false,
	};
}
