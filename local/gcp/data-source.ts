/** What a data source is, and what it can look at. */
import { CloudError } from "../provider/core.ts";
import { type Properties, textAt } from "../provider/values.ts";
import type { Scope } from "../types/resource-type.ts";
import type { CloudApi } from "./api.ts";

/** Who asks, and with which settings. */
export interface Caller extends Scope {
	readonly zone: string;
	readonly defaultLabels: Properties;
	/** Empty where nobody is logged in. */
	readonly accessToken: string;
}

/** What a data source can look at. */
export interface Cloud {
	readonly scope: Caller;
	readonly api: Pick<CloudApi, "look" | "view">;
}

/** One of the provider's functions. */
export interface DataSource {
	/** Every argument it takes; those with `true` have to be given. */
	readonly args: Readonly<Record<string, boolean>>;
	readonly read: (
		args: Properties,
		cloud: Cloud,
	) => Properties | Promise<Properties>;
}

/** The project that is asked about: the provider's own. */
export function projectOf(args: Properties, scope: Scope): string {
	const project = textAt(args, "project") || scope.project;
	if (project !== scope.project)
		throw new CloudError(
			`Error when reading or editing project ${project}: the stand-in knows only ${scope.project}`,
		);
	return project;
}
