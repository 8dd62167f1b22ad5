/** Reads Google's REST APIs: what no data source tells, with the provider's own login and endpoints. Reads no payload. */
import { setTimeout as sleep } from "node:timers/promises";
import { getClientConfig } from "@pulumi/gcp/organizations/getClientConfig.js";
import * as pulumi from "@pulumi/pulumi";

/** How long an answer may take. */
const patienceMilliseconds = 10_000;

/** Answers after which the same request may succeed, and how long it waits before its second try. */
const passing = [429, 500, 502, 503, 504];
const pauseMilliseconds = 500;

/** A service keeps at most 1000 revisions. */
const pageSize = 100;
const mostPages = 20;

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
	/** The APIs that did not tell something: the first reason of each. */
	readonly unread = new Map<Api, string>();

	/** The APIs that gave no answer at all: they are not asked again. */
	readonly #silent = new Map<Api, string>();

	readonly #answers = new Map<string, Promise<Reading<unknown>>>();
	#login: Promise<string> | undefined;
	#running = 0;
	readonly #waiting: (() => void)[] = [];

	/** One resource; asked for once, whoever wants to know. */
	read<T>(name: ApiName, path: string): Promise<Reading<T>> {
		const key = `${name} ${path}`;
		const kept = this.#answers.get(key) ?? this.#readAnew<T>(name, path);
		this.#answers.set(key, kept);
		return kept as Promise<Reading<T>>;
	}

	async #readAnew<T>(name: ApiName, path: string): Promise<Reading<T>> {
		const api = apis[name];
		const reading = await this.#inTurn(() => this.#tryAsk<T>(api, path));
		if ("unread" in reading && !this.unread.has(api)) {
			this.unread.set(api, reading.unread);
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
		for (let pages = 0; pages < mostPages; pages++) {
			const query = `pageSize=${pageSize}${token && `&pageToken=${encodeURIComponent(token)}`}`;
			const answer = await this.read<Page<T>>(api, `${path}?${query}`);
			if (!("found" in answer)) {
				return answer;
			}
			elements.push(...((answer.found[collection] as T[] | undefined) ?? []));
			token = answer.found.nextPageToken ?? "";
			if (token === "") {
				break;
			}
		}
		return { found: elements };
	}

	async #tryAsk<T>(api: Api, path: string): Promise<Reading<T>> {
		const silence = this.#silent.get(api);
		if (silence !== undefined) {
			return { unread: silence };
		}
		try {
			let response = await this.#send(api, path);
			if (passing.includes(response.status)) {
				await response.body?.cancel();
				await sleep(pauseMilliseconds);
				response = await this.#send(api, path);
			}
			return await readingOf<T>(response);
		} catch (error) {
			const unread = reasonOf(error);
			this.#silent.set(api, unread);
			return { unread };
		}
	}

	async #send(api: Api, path: string): Promise<Response> {
		const url = addressOf(api) + path;
		this.#login ??= getClientConfig().then(({ accessToken }) => accessToken);
		return fetch(url, {
			headers: { authorization: `Bearer ${await this.#login}` },
			// A token goes to the API alone.
			redirect: "error",
			signal: AbortSignal.timeout(patienceMilliseconds),
		});
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

async function readingOf<T>(response: Response): Promise<Reading<T>> {
	const body = (await response.json()) as T & { error?: { message?: string } };
	if (response.ok) {
		return { found: body };
	}
	return response.status === 404
		? { missing: true }
		: { unread: `${response.status} ${body.error?.message ?? ""}`.trim() };
}

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
		throw new Error(
			`${variable} is no https address: the login would cross the network in plain text`,
		);
	}
	return url.href.endsWith("/") ? url.href : `${url.href}/`;
}

/** The cause of a failed request, which fetch hides behind "fetch failed". */
function reasonOf(error: unknown): string {
	const { cause, message } = error as { cause?: Failure; message?: string };
	return cause?.message || cause?.code || message || String(error);
}

type Failure = { message?: string; code?: string };
