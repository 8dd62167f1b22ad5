/** Redis takes only encrypted connections that log in, and its URL says so. */
import type { Environment } from "../../contract/environments.ts";
import type { StoreSource } from "../../contract/sources.ts";
import type { ConnectionUrl } from "../connection-url.ts";
import { isMountedAs } from "../mounted.ts";
import { described, is, textAt } from "../read.ts";
import type { Finding, Rule } from "../rule.ts";
import { urlsOf } from "../secret-urls.ts";
import { types } from "../stack.ts";
import { missingStore } from "../stores.ts";

/** Memorystore's port for encrypted connections. */
const tlsPort = "6378";

const settings = [
	["authEnabled", "true"],
	["transitEncryptionMode", "SERVER_AUTHENTICATION"],
	["connectMode", "PRIVATE_SERVICE_ACCESS"],
] as const;

export const redisAuthTls: Rule = {
	id: "redis-auth-tls",
	level: "mandatory",
	requirements: ["R-021"],
	complies:
		"There is a Memorystore instance, each has AUTH and in-transit encryption in the private network, and REDIS_URL, where it is known, is rediss: with a password, port 6378 and certificates that are checked.",
	rejects: [
		"no instance while a service needs Redis",
		"an instance without AUTH, without encryption or outside private services access",
		"a setting that this preview does not know",
		"a URL without TLS, without a password or on another port",
		"a URL that turns the check of certificates off, or does not name their file",
	],
	why: "Services fell back to localhost:6379; without AUTH everything in the network reads every session.",
	fix: "set authEnabled, transitEncryptionMode: SERVER_AUTHENTICATION and connectMode: PRIVATE_SERVICE_ACCESS, and make the URL with redisUrl",
	looksAt: "resource",
	*check(evidence) {
		yield* missingStore(evidence, "redis", types.redis, "Memorystore instance");
		for (const resource of evidence.stack.ofType(types.redis)) {
			for (const [setting, needed] of settings) {
				const found = textAt(resource.properties, setting);
				if (!is(found, needed)) {
					yield {
						resource,
						found: `${setting} with ${described(found)}`,
						needed: `'${needed}'`,
					};
				}
			}
		}
		const { environment } = evidence.expected;
		for (const { url, source, ...subject } of urlsOf(evidence, "redis")) {
			for (const problem of urlProblems(url, source, environment)) {
				yield { ...subject, ...problem };
			}
		}
	},
};

function* urlProblems(
	url: ConnectionUrl | undefined,
	source: StoreSource,
	environment: Environment,
): Generator<Pick<Finding, "found" | "needed">> {
	const needed = `rediss://:password@host:${tlsPort}`;
	if (url?.scheme !== "rediss") {
		yield { found: "a URL without TLS", needed };
		return;
	}
	if (!url.password || !url.encoded) {
		yield {
			found: "a password that is missing or not percent-encoded",
			needed,
		};
	}
	// The stand-in for Redis listens where a port is free.
	if (environment !== "local" && url.port !== tlsPort) {
		yield { found: "another port", needed };
	}
	const { driver, caFile = "" } = source;
	const word = driver === "kombu" ? "CERT_REQUIRED" : "required";
	const asked = url.parameters.get("ssl_cert_reqs");
	if (asked === undefined ? driver === "kombu" : asked !== word) {
		yield {
			found: "a URL that turns the check of certificates off",
			needed: `ssl_cert_reqs=${word}`,
		};
	}
	const file = url.parameters.get("ssl_ca_certs") ?? "";
	const isWanted = [caFile, encodeURIComponent(caFile)].some((wanted) =>
		isMountedAs(environment, file, wanted),
	);
	if ((driver === "redis-py" || driver === "kombu") && !isWanted) {
		yield {
			found: "a URL without the file of Memorystore's certificates",
			needed: `ssl_ca_certs=${caFile}`,
		};
	}
}
