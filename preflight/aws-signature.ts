/**
 * Signs requests as S3's clients do (AWS signature, version 4). Cloud Storage's XML API takes them with an HMAC key.
 * @see https://cloud.google.com/storage/docs/authentication/hmackeys
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
 */
import { createHash, createHmac } from "node:crypto";

export type KeyPair = { accessKeyId: string; secretAccessKey: string };

const algorithm = "AWS4-HMAC-SHA256";
/** All that is signed: Google's front ends add to headers such as `Accept-Encoding` on the way. */
const signedHeaders = "host;x-amz-content-sha256;x-amz-date";

/** The headers that authenticate a request without a body. */
export function signatureHeaders(
	{ accessKeyId, secretAccessKey }: KeyPair,
	region: string,
	method: string,
	url: URL,
	now: Date,
): Record<string, string> {
	const time = now.toISOString().replace(/[-:]|\.\d+/g, "");
	const day = time.slice(0, 8);
	const scope = `${day}/${region}/s3/aws4_request`;
	const content = sha256("");
	const request = [
		method,
		url.pathname,
		canonicalQuery(url.searchParams),
		`host:${url.host}`,
		`x-amz-content-sha256:${content}`,
		`x-amz-date:${time}`,
		"",
		signedHeaders,
		content,
	].join("\n");
	const key = [day, region, "s3", "aws4_request"].reduce<string | Buffer>(
		hmac,
		`AWS4${secretAccessKey}`,
	);
	const signature = hmac(
		key,
		[algorithm, time, scope, sha256(request)].join("\n"),
	).toString("hex");
	return {
		"x-amz-content-sha256": content,
		"x-amz-date": time,
		authorization: `${algorithm} Credential=${accessKeyId}/${scope}, SignedHeaders=${signedHeaders}, Signature=${signature}`,
	};
}

function canonicalQuery(parameters: URLSearchParams): string {
	return [...parameters]
		.map((pair) => pair.map(encoded).join("="))
		.sort()
		.join("&");
}

/** As RFC 3986 has it: everything but letters, digits, `-`, `.`, `_` and `~`. */
function encoded(text: string): string {
	return encodeURIComponent(text).replace(
		/[!'()*]/g,
		(character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
	);
}

const sha256 = (text: string) =>
	createHash("sha256").update(text).digest("hex");

const hmac = (key: string | Buffer, text: string) =>
	createHmac("sha256", key).update(text).digest();
