/** Cloud Storage on this machine: a bucket, a key that may use it and one that may not. */
import { randomBytes } from "node:crypto";
import type { Authority } from "../../local/servers/certificates.ts";
import { answerStorage } from "../../local/servers/storage.ts";
import type { KeyPair } from "../../preflight/aws-signature.ts";
import { type HttpsServer, startHttps } from "./clickhouse.ts";

export type StorageServer = HttpsServer & {
	endpoint: string;
	bucket: string;
	/** Of an account with the role. */
	user: KeyPair;
	/** Of an account without it. */
	stranger: KeyPair;
	/** What was asked for: method and what follows the bucket. */
	asked: string[];
};

const pair = (name: string): KeyPair => ({
	accessKeyId: `GOOG1E${name}`,
	secretAccessKey: randomBytes(30).toString("base64"),
});

export async function startStorage(
	authority: Authority,
): Promise<StorageServer> {
	const bucket = "netra-uploads-local-netra-local";
	const keys = { user: pair("USER"), stranger: pair("STRANGER") };
	const asked: string[] = [];
	const facts = {
		key: (accessId: string) => {
			const [account, key] =
				Object.entries(keys).find(
					([, { accessKeyId }]) => accessKeyId === accessId,
				) ?? [];
			return account === undefined || key === undefined
				? undefined
				: { account, secret: key.secretAccessKey };
		},
		hasBucket: (name: string) => name === bucket,
		mayUse: (account: string) => account === "user",
	};
	const server = await startHttps(
		authority.issue(["localhost"]),
		(request, response) => {
			asked.push(
				`${request.method} ${String(request.url).slice(bucket.length + 1)}`,
			);
			answerStorage(facts, request, response);
		},
	);
	return {
		...server,
		...keys,
		asked,
		bucket,
		endpoint: `https://localhost:${server.port}`,
	};
}
