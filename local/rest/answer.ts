/** What Google's REST APIs answer to who reads: Cloud Run's v2, Secret Manager's v1. Nothing is changed, no payload is given. */
import type { World } from "../cloud/world.ts";
import { executionsIn, jobIn, revisionsIn } from "./cloud-run.ts";
import { policyOf, secretIn, versionIn, versionsIn } from "./secret-manager.ts";

/** A request without its host. */
export interface RestRequest {
	readonly method: string;
	/** With the API's version in front. */
	readonly path: string;
	readonly query: URLSearchParams;
}

export interface RestAnswer {
	readonly status: number;
	/** To be sent as JSON. */
	readonly body: unknown;
}

/** What a route is asked for: the names in its path, in their order. */
export type Names = readonly string[];

/** An error in the form of Google's APIs. */
export class RestError extends Error {
	readonly status: number;
	constructor(status: number, message: string) {
		super(message);
		this.status = status;
	}
}

/** Names of an error's status, of those that occur here. */
const statusNames: Readonly<Record<number, string>> = {
	400: "INVALID_ARGUMENT",
	401: "UNAUTHENTICATED",
	403: "PERMISSION_DENIED",
	404: "NOT_FOUND",
	429: "RESOURCE_EXHAUSTED",
	503: "UNAVAILABLE",
};

type Route = {
	/** `*` stands for a name. */
	path: string;
	/** The one resource, or all of a collection under the collection's name. */
	read: (world: World, names: Names) => unknown;
	collection?: string;
};

const location = "/v2/projects/*/locations/*";
const secret = "/v1/projects/*/secrets/*";

const routes: readonly Route[] = [
	{
		path: `${location}/services/*/revisions`,
		collection: "revisions",
		read: revisionsIn,
	},
	{
		path: `${location}/services/*/revisions/*`,
		read: (world, names) =>
			named(revisionsIn(world, names), names[3], "Revision"),
	},
	{ path: `${location}/jobs/*`, read: jobIn },
	{
		path: `${location}/jobs/*/executions`,
		collection: "executions",
		read: executionsIn,
	},
	{
		path: `${location}/jobs/*/executions/*`,
		read: (world, names) =>
			named(executionsIn(world, names), names[3], "Execution"),
	},
	{ path: secret, read: secretIn },
	{ path: `${secret}:getIamPolicy`, read: policyOf },
	{ path: `${secret}/versions`, collection: "versions", read: versionsIn },
	{ path: `${secret}/versions/*`, read: versionIn },
];

/** Answers as the APIs do; what they refuse, and what nobody reads here, has their error's form. */
export function answer(request: RestRequest, world: World): RestAnswer {
	try {
		return { status: 200, body: bodyFor(request, world) };
	} catch (error) {
		if (!(error instanceof RestError)) throw error;
		return refusal(error.status, error.message);
	}
}

/** An error in the APIs' form. */
export function refusal(code: number, message: string): RestAnswer {
	const status = statusNames[code] ?? "INTERNAL";
	return { status: code, body: { error: { code, message, status } } };
}

function bodyFor({ method, path, query }: RestRequest, world: World): unknown {
	for (const route of routes) {
		const names = namesIn(path, route.path);
		if (names === undefined || method !== "GET") continue;
		if (names[0] !== world.project && names[0] !== world.number)
			throw new RestError(
				403,
				`Permission denied on resource project ${names[0]}.`,
			);
		const found = route.read(world, names);
		return route.collection === undefined
			? found
			: page(route.collection, found as unknown[], query);
	}
	throw new RestError(404, `the stand-in does not answer ${method} ${path}`);
}

function namesIn(path: string, pattern: string): Names | undefined {
	const wanted = pattern.replace(/[.:]/g, "\\$&").replaceAll("*", "([^/:]+)");
	return new RegExp(`^${wanted}$`)
		.exec(path)
		?.slice(1)
		.map((name) => decodeURIComponent(name));
}

/** A page of a collection: an empty one is left out, as by the APIs, and so is the token of no further page. */
function page(
	collection: string,
	all: readonly unknown[],
	query: URLSearchParams,
): unknown {
	const size = Number(query.get("pageSize") ?? 0) || 100;
	const start = Number(query.get("pageToken") ?? 0);
	if (!(size > 0) || !Number.isInteger(start))
		throw new RestError(400, "Request contains an invalid argument.");
	const elements = all.slice(start, start + size);
	return {
		...(elements.length > 0 ? { [collection]: elements } : {}),
		...(start + size < all.length
			? { nextPageToken: String(start + size) }
			: {}),
	};
}

function named(
	all: readonly { name: string }[],
	name: string | undefined,
	kind: string,
): unknown {
	const found = all.find((each) => each.name.endsWith(`/${name}`));
	if (found === undefined)
		throw new RestError(404, `${kind} '${name}' does not exist.`);
	return found;
}
