/** Asks Cloud Storage's XML API for everything that the role of a bucket's users allows, and leaves nothing behind. */
import { randomBytes } from "node:crypto";
import { own } from "../../contract/own-keys.ts";
import { signatureHeaders } from "../aws-signature.ts";
import type { BucketAccess } from "../bucket-login.ts";
import {
	connectionFailure,
	type DependencyRemedies,
	Failure,
} from "../failure.ts";
import { floodFailure } from "./flood.ts";

/** What a person can do, for each kind of failure. */
export type BucketRemedies = DependencyRemedies & {
	/** The key, or the token of the service's account, is refused. */
	login: string;
	bucket: string;
	rights: string;
};

/** A request that needs one permission. */
type Request = {
	/** What the permission allows. */
	right: string;
	method: "GET" | "POST" | "DELETE";
	object?: string;
	query?: Record<string, string>;
};

const answerLimitBytes = 64 * 1024;

/**
 * Tries what a service does. Nothing is stored: an object that is not there can be asked for and deleted, and an upload
 * in parts can be started and given up, by whoever may do so with one that is.
 * @see https://cloud.google.com/storage/docs/access-control/iam-xml
 * @throws {Failure} that says why it cannot work.
 */
export async function checkBucket(
	access: BucketAccess,
	remedies: BucketRemedies,
	signal: AbortSignal,
): Promise<string> {
	const headers = await authorizer(access, remedies, signal);
	const ask = (request: Request) =>
		answerTo(access, request, headers, remedies, signal);
	const object = `preflight-${randomBytes(8).toString("hex")}`;
	await ask({
		right: "list objects",
		method: "GET",
		query: { "list-type": "2", "max-keys": "1" },
	});
	await ask({ right: "read objects", method: "GET", object });
	const started = await ask({
		right: "write objects",
		method: "POST",
		object,
		query: { uploads: "" },
	});
	const uploadId = /<UploadId>([^<]+)<\/UploadId>/.exec(started)?.[1];
	if (uploadId === undefined) {
		throw new Failure("answers the start of an upload with something else", {
			fix: remedies.network,
			definite: false,
		});
	}
	await ask({
		right: "give up uploads",
		method: "DELETE",
		object,
		query: { uploadId },
	});
	await ask({ right: "delete objects", method: "DELETE", object });
	return `${"metadataHost" in access.as ? "the service's account" : "the key"} may list, read, write and delete objects in ${access.bucket}`;
}

type Authorize = (method: string, url: URL) => Record<string, string>;

/** Signs with the key; without one, every request carries the token of the account that this runs as. */
async function authorizer(
	{ as, region }: BucketAccess,
	remedies: BucketRemedies,
	signal: AbortSignal,
): Promise<Authorize> {
	if (!("metadataHost" in as)) {
		return (method, url) =>
			signatureHeaders(as, region, method, url, new Date());
	}
	const { status, text } = await exchange(
		new URL(
			`http://${as.metadataHost}/computeMetadata/v1/instance/service-accounts/default/token`,
		),
		{ headers: { "metadata-flavor": "Google" }, signal },
		remedies,
	);
	const token = /"access_token"\s*:\s*"([^"]+)"/.exec(text)?.[1];
	if (status !== 200 || token === undefined) {
		throw new Failure(
			`the metadata server gives no token of the service's account (HTTP ${status})`,
			{ fix: remedies.login, definite: false },
		);
	}
	return () => ({ authorization: `Bearer ${token}` });
}

/** The text of an answer that says that the request was allowed. */
async function answerTo(
	{ endpoint, bucket }: BucketAccess,
	{ right, method, object, query = {} }: Request,
	authorize: Authorize,
	remedies: BucketRemedies,
	signal: AbortSignal,
): Promise<string> {
	const url = new URL(
		`${endpoint}/${bucket}${object === undefined ? "" : `/${object}`}`,
	);
	url.search = new URLSearchParams(query).toString();
	const { status, text } = await exchange(
		url,
		{ method, headers: authorize(method, url), signal },
		remedies,
	);
	const code = /<Code>(\w+)<\/Code>/.exec(text)?.[1] ?? "";
	const isAllowed =
		(status >= 200 && status < 300) ||
		(object !== undefined && code === "NoSuchKey");
	if (!isAllowed) {
		throw refusal(status, code, right, remedies);
	}
	return text;
}

async function exchange(
	url: URL,
	init: RequestInit,
	remedies: BucketRemedies,
): Promise<{ status: number; text: string }> {
	try {
		const response = await fetch(url, { ...init, redirect: "manual" });
		let text = "";
		for await (const chunk of response.body ?? []) {
			text += Buffer.from(chunk).toString("latin1");
			if (text.length > answerLimitBytes) {
				throw floodFailure(remedies.network);
			}
		}
		return { status: response.status, text };
	} catch (error) {
		if (error instanceof Failure || init.signal?.aborted === true) {
			throw error;
		}
		throw connectionFailure(error, remedies) ?? dropped(error, remedies);
	}
}

/** `fetch` wraps what went wrong; what has no code of the system's is a broken answer. */
function dropped(error: unknown, remedies: BucketRemedies): unknown {
	if (!(error instanceof TypeError) || error.cause === undefined) {
		return error;
	}
	const isHttp = (error.cause as Error).name !== "HTTPParserError";
	return new Failure(
		isHttp ? "the connection was dropped" : "the server does not speak HTTP",
		{ fix: remedies.network, definite: false, cause: error },
	);
}

type Meaning = {
	fact: string;
	fix: keyof BucketRemedies;
	definite: boolean;
};

/** What the XML API's error codes mean for a login. A key, and a grant, are not known everywhere the moment they are made. */
const meanings: Record<string, Meaning> = {
	InvalidAccessKeyId: {
		fact: "the access key's id is not known",
		fix: "login",
		definite: false,
	},
	InvalidSecurity: {
		fact: "the key is not valid",
		fix: "login",
		definite: false,
	},
	SignatureDoesNotMatch: {
		fact: "the secret is not the one of the access key's id",
		fix: "login",
		definite: true,
	},
	NoSuchBucket: {
		fact: "the bucket does not exist",
		fix: "bucket",
		definite: true,
	},
	RequestTimeTooSkewed: {
		fact: "the clocks here and there differ",
		fix: "network",
		definite: false,
	},
};

function refusal(
	status: number,
	code: string,
	right: string,
	remedies: BucketRemedies,
): Failure {
	const meaning = own(meanings, code);
	if (meaning !== undefined) {
		const { fact, fix, definite } = meaning;
		return new Failure(`${fact} (${code})`, { fix: remedies[fix], definite });
	}
	const named = code === "" ? `HTTP ${status}` : code;
	if (status === 401) {
		return new Failure(`the token or key is refused (${named})`, {
			fix: remedies.login,
			definite: false,
		});
	}
	if (status === 403) {
		return new Failure(`may not ${right} (${named})`, {
			fix: remedies.rights,
			definite: false,
		});
	}
	return new Failure(
		`answers with HTTP ${status}${code === "" ? "" : ` and ${code}`}`,
		{ fix: remedies.network, definite: false },
	);
}
