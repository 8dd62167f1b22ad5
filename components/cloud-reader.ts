/** Reads Google's REST APIs: what no data source tells, with the provider's own login and endpoints. Reads no payload. */
import { getClientConfig } from "@pulumi/gcp/organizations/getClientConfig.js";
import * as pulumi from "@pulumi/pulumi";

/** How long an answer may take. */
const patienceMilliseconds = 10_000;

/** Requests on their way at a time: more would open a connection each. */
const width = 16;

/** An API, where the provider looks for it: in its configuration, then in a variable, then at Google. */
type Api = {
	/** As people call it. */
	title: string;
	/** The role that lets read what is read here, and no payload. */
	viewer: string;
	configKey: string;
	variable: string;
	address: string;
};

/** The provider's `DefaultBasePaths` and the variables that replace them. */
const apis = {
	run: {
		title: "Cloud Run",
		viewer: "roles/run.viewer",
		configKey: "cloudRunV2CustomEndpoint",
		variable: "GOOGLE_CLOUD_RUN_V2_CUSTOM_ENDPOINT",
		address: "https://run.googleapis.com/v2/",
	},
	secretManager: {
		title: "Secret Manager",
		viewer: "roles/secretmanager.viewer",
		configKey: "secretManagerCustomEndpoint",
		variable: "GOOGLE_SECRET_MANAGER_CUSTOM_ENDPOINT",
		address: "https://secretmanager.googleapis.com/v1/",
	},
} satisfies Record<string, Api>;

export type ApiName = keyof typeof apis;

/** An answer: what was asked for, that it is not there, or why that can't be told. */
export type Reading<T> = { found: T } | { missing: true } | { unread: string };

/** Asks the APIs; nothing that they answer is an error here. */
export class CloudReader {
	/** Why an API did not tell something, the first reason of each. */
	readonly unread = new Map<Api, string>();

	#login: Promise<string> | undefined;
	#running = 0;
	readonly #waiting: (() => void)[] = [];

	/** One resource. */
	async read<T>(api: ApiName, path: string): Promise<Reading<T>> {
		const reading = await this.#inTurn(() =>
			this.#ask<T>(apis[api], path),
		).catch((error): Reading<T> => ({ unread: reasonOf(error) }));
		if ("unread" in reading && !this.unread.has(apis[api])) {
			this.unread.set(apis[api], reading.unread);
		}
		return reading;
	}

	/** Every element of a collection, page after page. */
	async list<T>(
		api: ApiName,
		path: string,
		collection: string,
	): Promise<Reading<T[]>> {
		const elements: T[] = [];
		let token = "";
		do {
			const query = `pageSize=100${token && `&pageToken=${encodeURIComponent(token)}`}`;
			const answer = await this.read<Page<T>>(api, `${path}?${query}`);
			if (!("found" in answer)) {
				return answer;
			}
			elements.push(...((answer.found[collection] as T[] | undefined) ?? []));
			token = answer.found.nextPageToken ?? "";
		} while (token !== "");
		return { found: elements };
	}

	async #ask<T>(api: Api, path: string): Promise<Reading<T>> {
		const url = addressOf(api) + path;
		this.#login ??= getClientConfig().then(({ accessToken }) => accessToken);
		const response = await fetch(url, {
			headers: { authorization: `Bearer ${await this.#login}` },
			// A token goes to the API alone.
			redirect: "error",
			signal: AbortSignal.timeout(patienceMilliseconds),
		});
		const body = (await response.json()) as T & ErrorBody;
		if (response.ok) {
			return { found: body };
		}
		return response.status === 404
			? { missing: true }
			: { unread: `${response.status} ${body.error?.message ?? ""}`.trim() };
	}

	async #inTurn<T>(action: () => Promise<T>): Promise<T> {
		if (this.#running >= width) {
			await new Promise<void>((go) => this.#waiting.push(go));
		}
		this.#running += 1;
		try {
			return await action();
		} finally {
			this.#running -= 1;
			this.#waiting.shift()?.();
		}
	}
}

type Page<T> = { nextPageToken?: string } & {
	[collection: string]: T[] | string | undefined;
};

type ErrorBody = { error?: { message?: string } };

/**
 * Where an API is asked.
 * @throws {Error} if the token would cross a network in plain text
 */
function addressOf({ configKey, variable, address }: Api): string {
	const given =
		new pulumi.Config("gcp").get(configKey) || process.env[variable];
	const url = new URL(given || address);
	const isHere = ["127.0.0.1", "localhost", "[::1]"].includes(url.hostname);
	if (url.protocol !== "https:" && !isHere) {
		throw new Error(`${variable} is no https address`);
	}
	return url.href.endsWith("/") ? url.href : `${url.href}/`;
}

/** The cause of a failed request, which fetch hides behind "fetch failed". */
function reasonOf(error: unknown): string {
	if (!(error instanceof Error)) {
		return String(error);
	}
	return error.cause instanceof Error ? error.cause.message : error.message;
}
