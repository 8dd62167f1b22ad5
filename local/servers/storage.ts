/**
 * Cloud Storage's XML API as far as a client's login needs it: requests signed with an HMAC key, for buckets that hold
 * nothing. Whatever else is asked for is refused.
 * @see https://cloud.google.com/storage/docs/xml-api/reference-status
 */
import {
	createHash,
	createHmac,
	randomBytes,
	timingSafeEqual,
} from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";

/** What the cloud knows. */
export type StorageFacts = {
	/** The secret of a key that is active, and the account whose key it is. */
	key: (accessId: string) => { secret: string; account: string } | undefined;
	hasBucket: (bucket: string) => boolean;
	/** True if the account has the role of a bucket's users. */
	mayUse: (account: string, bucket: string) => boolean;
};

type Answer = { status: number; body: string };

/** Answers a request. Errors come in the API's order: who asks, whether the bucket is there, what they may do. */
export function answerStorage(
	facts: StorageFacts,
	request: IncomingMessage,
	response: ServerResponse,
): void {
	request.resume();
	const { status, body } = answerTo(facts, request);
	response
		.writeHead(status, {
			"content-type": "application/xml; charset=UTF-8",
			"content-length": Buffer.byteLength(body),
		})
		.end(body);
}

function answerTo(facts: StorageFacts, request: IncomingMessage): Answer {
	const url = new URL(request.url ?? "", `https://${request.headers.host}`);
	const [, bucket = "", object = ""] =
		/^\/([^/]+)\/?(.*)$/.exec(url.pathname) ?? [];
	const account = authenticated(facts, request, url);
	if (typeof account !== "string") {
		return account;
	}
	if (!facts.hasBucket(bucket)) {
		return error(404, "NoSuchBucket", "The specified bucket does not exist.");
	}
	if (!facts.mayUse(account, bucket)) {
		return error(403, "AccessDenied", "Access denied.");
	}
	const asked = `${request.method} ${object === "" ? "bucket" : "object"}`;
	const isUpload = url.searchParams.has("uploads");
	const isPart = url.searchParams.has("uploadId");
	if (asked === "GET bucket") {
		return xml(
			200,
			`<ListBucketResult xmlns='http://doc.s3.amazonaws.com/2006-03-01'><Name>${bucket}</Name><Prefix></Prefix><KeyCount>0</KeyCount><IsTruncated>false</IsTruncated></ListBucketResult>`,
		);
	}
	if (asked === "POST object" && isUpload) {
		return xml(
			200,
			`<InitiateMultipartUploadResult xmlns='http://s3.amazonaws.com/doc/2006-03-01/'><Bucket>${bucket}</Bucket><Key>${object}</Key><UploadId>${randomBytes(32).toString("base64url")}</UploadId></InitiateMultipartUploadResult>`,
		);
	}
	if (asked === "DELETE object" && isPart) {
		return { status: 204, body: "" };
	}
	return asked === "GET object" || asked === "DELETE object"
		? error(404, "NoSuchKey", "The specified key does not exist.")
		: error(501, "NotImplemented", "The stand-in's buckets hold nothing.");
}

/** The account whose key signed the request, or why it is refused. */
function authenticated(
	facts: StorageFacts,
	{ method = "", headers }: IncomingMessage,
	url: URL,
): string | Answer {
	const given =
		/^AWS4-HMAC-SHA256 Credential=(?<id>[^/,]+)\/(?<scope>(?<day>\d{8})\/[^/,]*\/s3\/aws4_request), ?SignedHeaders=(?<names>[a-z0-9;-]+), ?Signature=(?<signature>[0-9a-f]{64})$/.exec(
			headers.authorization ?? "",
		)?.groups;
	const time = String(headers["x-amz-date"] ?? "");
	if (given === undefined) {
		return error(
			403,
			"AccessDenied",
			"Anonymous caller does not have storage access.",
		);
	}
	const { id = "", scope = "", names = "", signature = "" } = given;
	const key = facts.key(id);
	if (key === undefined) {
		return error(
			403,
			"InvalidAccessKeyId",
			"The User Id you provided does not exist in our records.",
		);
	}
	const canonical = [
		method,
		url.pathname,
		[...url.searchParams]
			.map(([name, value]) => `${percent(name)}=${percent(value)}`)
			.sort()
			.join("&"),
		...names
			.split(";")
			.map((name) => `${name}:${String(headers[name] ?? "").trim()}`),
		"",
		names,
		String(headers["x-amz-content-sha256"] ?? ""),
	].join("\n");
	const digest = createHash("sha256").update(canonical).digest("hex");
	let signing: Buffer = Buffer.from(`AWS4${key.secret}`);
	for (const part of [
		...scope.split("/"),
		`AWS4-HMAC-SHA256\n${time}\n${scope}\n${digest}`,
	]) {
		signing = createHmac("sha256", signing).update(part).digest();
	}
	const isSigned =
		names.split(";").includes("host") &&
		timingSafeEqual(signing, Buffer.from(signature, "hex"));
	if (!isSigned) {
		return error(
			403,
			"SignatureDoesNotMatch",
			"Access denied.",
			`<Details>The request signature we calculated does not match the signature you provided. Check your Google secret key and signing method.</Details><StringToSign>${digest}</StringToSign>`,
		);
	}
	return isNow(time)
		? key.account
		: error(
				403,
				"RequestTimeTooSkewed",
				"The difference between the request time and the server's time is too large.",
			);
}

/** Requests are taken for fifteen minutes. */
function isNow(time: string): boolean {
	const iso = time.replace(
		/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/,
		"$1-$2-$3T$4:$5:$6Z",
	);
	return Math.abs(Date.now() - Date.parse(iso)) < 15 * 60 * 1000;
}

function percent(text: string): string {
	return encodeURIComponent(text).replace(
		/[!'()*]/g,
		(each) => `%${each.charCodeAt(0).toString(16).toUpperCase()}`,
	);
}

const xml = (status: number, body: string): Answer => ({
	status,
	body: `<?xml version='1.0' encoding='UTF-8'?>${body}`,
});

const error = (
	status: number,
	code: string,
	message: string,
	details = "",
): Answer =>
	xml(
		status,
		`<Error><Code>${code}</Code><Message>${message}</Message>${details}</Error>`,
	);
