/** What preflight says of a bucket, in every form in which a service may take it. */
import { fork } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import {
	afterAll,
	afterEach,
	beforeAll,
	describe,
	expect,
	it,
} from "@jest/globals";
import type { Environment } from "../../contract/environments.ts";
import type { Platform } from "../../contract/schema.ts";
import { createAuthority } from "../../local/servers/certificates.ts";
import { signatureHeaders } from "../../preflight/aws-signature.ts";
import { withBuckets } from "../fixtures/buckets.ts";
import { startHttps } from "../servers/clickhouse.ts";
import { temporaryFolder } from "../servers/folder.ts";
import { drop, flood, hang, startMisbehaving } from "../servers/misbehaving.ts";
import { type StorageServer, startStorage } from "../servers/storage.ts";
import type { Question } from "./bucket-process.ts";
import { checklistIn, withoutAttempts } from "./preflight.ts";

const authority = createAuthority("storage");
const folder = temporaryFolder("netra");
const caFile = join(folder.path, "ca.pem");
writeFileSync(caFile, authority.certificate);
const preflight = fork(join(import.meta.dirname, "bucket-process.ts"), [], {
	env: { NODE_EXTRA_CA_CERTS: caFile },
	execArgv: ["--no-warnings"],
});
const cleanUps: (() => unknown)[] = [];
let storage: StorageServer;
beforeAll(async () => {
	storage = await startStorage(authority);
});
afterEach(async () => {
	for (const each of cleanUps.splice(0).toReversed()) {
		await each();
	}
});
afterAll(async () => {
	preflight.disconnect();
	await Promise.all([once(preflight, "exit"), storage.stop()]);
	folder.remove();
});

type Variables = Record<string, string>;

/** What the backend gets of the bucket, with some of it changed. */
const variables = (change: Variables = {}): Variables => ({
	S3_BUCKET: storage.bucket,
	S3_ENDPOINT: storage.endpoint,
	S3_REGION: "auto",
	S3_ACCESS_KEY_ID: storage.user.accessKeyId,
	S3_SECRET_ACCESS_KEY: storage.user.secretAccessKey,
	...change,
});

/** What preflight says of the buckets of a service. */
async function said(
	variables: Variables,
	{
		platform = withBuckets(),
		service = "backend",
		environment = "staging",
	}: { platform?: Platform; service?: string; environment?: Environment } = {},
): Promise<string[]> {
	const answer = once(preflight, "message");
	preflight.send({
		checklist: checklistIn(service, environment, platform),
		variables,
	} satisfies Question);
	return withoutAttempts((await answer)[0] as string[]);
}

const line = (rest: string, { endpoint } = storage as { endpoint: string }) =>
	`backend in staging: bucket uploads by S3_SECRET_ACCESS_KEY (secret uploads-secret-access-key-staging) at ${new URL(endpoint).host}, ${rest}`;
const up = "run 'pulumi up -s staging'";
const network = ({ endpoint } = storage as { endpoint: string }) =>
	`Fix: check that the service has a way to ${new URL(endpoint).host}, and that the address is Cloud Storage's`;

it("signs as S3's documentation does in its example", () => {
	const { authorization } = signatureHeaders(
		{
			accessKeyId: "AKIAIOSFODNN7EXAMPLE",
			secretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
		},
		"us-east-1",
		"GET",
		new URL("https://examplebucket.s3.amazonaws.com/?prefix=J&max-keys=2"),
		new Date("2013-05-24T00:00:00Z"),
	);
	expect(authorization).toBe(
		"AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, SignedHeaders=host;x-amz-content-sha256;x-amz-date, Signature=34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7",
	);
});

describe("a bucket with a key", () => {
	it("[R-004] is tried with everything that its role allows, and nothing is left in it", async () => {
		storage.asked.splice(0);
		expect(await said(variables())).toEqual([
			`ok   ${line(`1 attempt: the key may list, read, write and delete objects in ${storage.bucket}`)}`,
		]);
		const object = /preflight-[0-9a-f]{16}/;
		expect(storage.asked.map((each) => each.replace(object, "OBJECT"))).toEqual(
			[
				"GET ?list-type=2&max-keys=1",
				"GET /OBJECT",
				"POST /OBJECT?uploads=",
				expect.stringMatching(/^DELETE \/OBJECT\?uploadId=/),
				"DELETE /OBJECT",
			],
		);
	});

	it("[R-004] is tried with the parts of a composed value", async () => {
		const platform = withBuckets((contract: Platform) => {
			contract.secrets = contract.secrets.filter(
				({ id }) => !/^uploads-(access|secret|name)/.test(id),
			);
			contract.secrets.push({
				id: "storage-settings",
				source: {
					from: "template",
					text: '{"bucket": "{uploads.name}", "key": ["{uploads.access-key-id}", "{uploads.secret-access-key}"]}',
				},
				criticalIn: [],
			});
			const { backend } = contract.services;
			for (const name of [
				"S3_BUCKET",
				"S3_ACCESS_KEY_ID",
				"S3_SECRET_ACCESS_KEY",
			]) {
				delete backend?.secrets[name];
			}
			Object.assign(backend?.secrets ?? {}, { STORAGE: "storage-settings" });
		});
		const { S3_ENDPOINT, S3_REGION } = variables();
		const composed = (secret: string) =>
			said(
				{
					S3_ENDPOINT: S3_ENDPOINT as string,
					S3_REGION: S3_REGION as string,
					STORAGE: JSON.stringify({
						bucket: storage.bucket,
						key: [storage.user.accessKeyId, secret],
					}).replaceAll(/([:,])(?=["[])/g, "$1 "),
				},
				{ platform },
			);
		expect(await composed(storage.user.secretAccessKey)).toEqual([
			expect.stringMatching(
				/^ok {3}.* by STORAGE \(secret storage-settings-staging\)/,
			),
		]);
		expect(await composed("another-secret-of-a-key")).toEqual([
			expect.stringContaining("SignatureDoesNotMatch"),
		]);
	});

	it.each<[string, () => Variables, string]>([
		[
			"a secret of another key, at once",
			() => ({ S3_SECRET_ACCESS_KEY: storage.stranger.secretAccessKey }),
			`1 attempt: the secret is not the one of the access key's id (SignatureDoesNotMatch). Fix: ${up}, which binds the key whose turn it is; one that was deactivated or deleted by hand is replaced by a rotation: 'pulumi config set rotationEpoch <n + 1> -s staging'`,
		],
		[
			"an id that is not known, or not yet",
			() => ({ S3_ACCESS_KEY_ID: "GOOG1EGONE" }),
			`several attempts: the access key's id is not known (InvalidAccessKeyId). Fix: ${up}, which binds the key whose turn it is; one that was deactivated or deleted by hand is replaced by a rotation: 'pulumi config set rotationEpoch <n + 1> -s staging'`,
		],
		[
			"a bucket that is not there, at once",
			() => ({ S3_BUCKET: "netra-other-local-netra-local" }),
			`1 attempt: the bucket does not exist (NoSuchBucket). Fix: ${up}, which creates the bucket that S3_SECRET_ACCESS_KEY belongs to`,
		],
		[
			"a key whose account may not use it, or not yet",
			() => ({
				S3_ACCESS_KEY_ID: storage.stranger.accessKeyId,
				S3_SECRET_ACCESS_KEY: storage.stranger.secretAccessKey,
			}),
			`several attempts: may not list objects (AccessDenied). Fix: ${up}, which grants roles/storage.objectUser on ${"netra-uploads-local-netra-local"}; a grant takes some minutes to be known everywhere`,
		],
	])("[R-004] fails with %s", async (_, change, expected) => {
		const [found, ...rest] = await said(variables(change()));
		expect(found).toContain(`FAIL ${line(expected)}`);
		expect(rest).toEqual([]);
		for (const { secretAccessKey } of [storage.user, storage.stranger]) {
			expect(found).not.toContain(secretAccessKey);
		}
	});

	it.each<[string, number]>([
		["read", 1],
		["write", 2],
		["delete", 4],
	])(
		"[R-004] fails where the account may list objects, and not %s them",
		async (right, allowed) => {
			const answers = [
				"<ListBucketResult/>",
				"<Error><Code>NoSuchKey</Code></Error>",
				"<UploadId>1</UploadId>",
				"",
			];
			let count = 0;
			const server = await startHttps(
				authority.issue(["localhost"]),
				(request, response) => {
					request.resume();
					const index = count % (allowed + 1);
					count += 1;
					const text = index < allowed ? answers[index] : undefined;
					response
						.writeHead(
							text === undefined ? 403 : text.startsWith("<Error") ? 404 : 200,
						)
						.end(text ?? "<Error><Code>AccessDenied</Code></Error>");
				},
			);
			cleanUps.push(server.stop);
			const endpoint = `https://localhost:${server.port}`;
			expect(await said(variables({ S3_ENDPOINT: endpoint }))).toEqual([
				expect.stringContaining(
					`FAIL ${line(`several attempts: may not ${right} objects (AccessDenied)`, { endpoint })}`,
				),
			]);
		},
	);

	it.each<[string, Parameters<typeof startMisbehaving>[0], string]>([
		["hangs after the handshake", hang, "no answer in time"],
		["hangs up", drop, "the connection was dropped"],
		["does not speak HTTP", flood("x"), "the server does not speak HTTP"],
		[
			"sends without end",
			(socket) => {
				socket.write("HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n");
				flood("x")(socket);
			},
			"the server sends more than any answer needs",
		],
	])("[R-062] tries again while the server %s", async (_, behave, fact) => {
		const server = await startMisbehaving(behave, {
			tls: authority.issue(["localhost"]),
		});
		cleanUps.push(server.stop);
		const endpoint = `https://localhost:${server.port}`;
		const [found] = await said(variables({ S3_ENDPOINT: endpoint }));
		expect(found).toContain(line("", { endpoint }).slice(0, -1));
		expect(found).toContain(`: ${fact}`);
		expect(found).toContain(network({ endpoint }));
	});

	it("[R-062] tries again while nothing listens", async () => {
		const server = await startMisbehaving(hang);
		await server.stop();
		const endpoint = `https://localhost:${server.port}`;
		expect(await said(variables({ S3_ENDPOINT: endpoint }))).toEqual([
			`FAIL ${line(`several attempts: the server refuses connections (ECONNREFUSED). ${network({ endpoint })}`, { endpoint })}`,
		]);
	});

	it("fails at once with a certificate of another authority", async () => {
		const server = await startStorage(createAuthority("another"));
		cleanUps.push(server.stop);
		const [found] = await said(variables({ S3_ENDPOINT: server.endpoint }));
		expect(found).toContain(
			"1 attempt: its certificate is signed by another authority",
		);
	});

	it("is tried on a laptop where its stand-in is, whatever address the service has for the cloud", async () => {
		const local = (change: Variables) =>
			said(variables({ S3_ENDPOINT: "https://cloud.invalid", ...change }), {
				environment: "local",
			});
		expect(await local({ STORAGE_EMULATOR_HOST: storage.endpoint })).toEqual([
			expect.stringMatching(/^ok {3}backend in local: bucket uploads by /),
		]);
		expect(await local({})).toEqual([]);
	});

	it("[R-020] must be named and addressed in their forms, which are not repeated", async () => {
		expect(
			await said(
				variables({ S3_BUCKET: "Not A Bucket", S3_ENDPOINT: "http://x/y" }),
			),
		).toEqual([
			"S3_BUCKET is no name of a bucket",
			"S3_ENDPOINT is not in the form https://HOST",
		]);
	});
});

describe("a bucket without a key", () => {
	/** The metadata server of a container, and the storage that knows its token. */
	async function container(answer: { status: number; body: string }) {
		const seen: (string | undefined)[] = [];
		const metadata = createServer((request, response) => {
			seen.push(`${request.url} ${request.headers["metadata-flavor"]}`);
			response.writeHead(answer.status).end(answer.body);
		});
		await new Promise<void>((done) => metadata.listen(0, "127.0.0.1", done));
		const storage = await startHttps(
			authority.issue(["localhost"]),
			({ method, headers }, response) => {
				const isKnown = headers.authorization === "Bearer ya29.token";
				response
					.writeHead(isKnown ? (method === "POST" ? 200 : 204) : 401)
					.end(
						method === "POST" && isKnown ? "<UploadId>1</UploadId>" : undefined,
					);
			},
		);
		cleanUps.push(storage.stop, () => metadata.close());
		const { port } = metadata.address() as AddressInfo;
		const platform = withBuckets((contract) => {
			contract.secrets.push({
				id: "avatars-endpoint",
				source: { from: "avatars.endpoint" },
				criticalIn: [],
			});
			Object.assign(contract.services.auth?.secrets ?? {}, {
				AVATARS_ENDPOINT: "avatars-endpoint",
			});
		});
		const found = await said(
			{
				AVATARS_BUCKET: "netra-avatars-staging-netra-staging",
				AVATARS_ENDPOINT: `https://localhost:${storage.port}`,
				GCE_METADATA_HOST: `127.0.0.1:${port}`,
			},
			{ platform, service: "auth", environment: "staging" },
		);
		return { found, seen };
	}

	it("[R-004] is tried as the account that preflight runs as", async () => {
		const { found, seen } = await container({
			status: 200,
			body: '{"access_token":"ya29.token","expires_in":3599}',
		});
		expect(found).toEqual([
			expect.stringMatching(
				/^ok {3}auth in staging: bucket avatars by AVATARS_BUCKET .*: the service's account may list, read, write and delete objects in netra-avatars-staging-netra-staging$/,
			),
		]);
		expect(seen).toEqual([
			"/computeMetadata/v1/instance/service-accounts/default/token Google",
		]);
	});

	it.each([
		[
			"a token that is refused",
			{ status: 200, body: '{"access_token":"ya29.other"}' },
			"the token or key is refused (HTTP 401)",
		],
		[
			"no token",
			{ status: 404, body: "no such account" },
			"the metadata server gives no token of the service's account (HTTP 404)",
		],
	])("[R-004] fails with %s", async (_, answer, fact) => {
		const { found } = await container(answer);
		expect(found).toEqual([
			expect.stringContaining(
				`${fact}. Fix: check that the job runs as the service's account, and that the account is enabled`,
			),
		]);
		expect(found.join()).not.toContain("ya29");
	});
});
