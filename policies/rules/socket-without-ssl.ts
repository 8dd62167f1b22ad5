/** TLS parameters belong to a connection over the network, and only there. */
import type { Environment } from "../../contract/environments.ts";
import { type StoreSource, storeUse } from "../../contract/sources.ts";
import { type ConnectionUrl, isSocket } from "../connection-url.ts";
import { isMountedAs } from "../mounted.ts";
import type { Finding, Rule } from "../rule.ts";
import { urlsOf } from "../secret-urls.ts";

const tlsParameters = /^(?:ssl.*|sslmode|sslrootcert|uselibpqcompat)$/i;

export const socketWithoutSsl: Rule = {
	id: "socket-without-ssl",
	level: "mandatory",
	requirements: ["R-010", "R-011"],
	complies:
		"A database URL that leads to a Cloud SQL socket has no TLS parameter; one that leads to a host checks the server's authorities by the mounted file; the way is the contract's.",
	rejects: [
		"ssl, sslmode or another TLS parameter on a socket",
		"a host without a TLS parameter",
		"a host whose certificate is not checked by its authorities: another mode than verify-ca, or another file than the mounted one",
		"another way than the contract's",
	],
	why: "Drivers apply the parameter to the socket, which speaks no TLS, or fail on it; a host takes only encrypted connections.",
	fix: "make the URL with databaseUrl of contract/connection-strings.ts",
	looksAt: "resource",
	*check(evidence) {
		const { environment, platform } = evidence.expected;
		for (const { url, source, ...subject } of urlsOf(evidence, "postgres")) {
			const tls = [...(url?.parameters.keys() ?? [])].filter((name) =>
				tlsParameters.test(name),
			);
			if (url !== undefined && isSocket(url) && tls.length > 0) {
				yield {
					...subject,
					found: `the parameter ${tls.join(" and ")} on a socket`,
					needed: "a socket without TLS parameters",
				};
			}
			if (url !== undefined && !isSocket(url) && tls.length === 0) {
				yield {
					...subject,
					found: "a host without a TLS parameter",
					needed: "a socket, or the TLS parameters of the driver",
				};
			}
			const via = storeUse(platform, source)?.via;
			if (url !== undefined && isSocket(url) !== (via === "socket")) {
				yield {
					...subject,
					found: isSocket(url) ? "a socket" : "a host",
					needed: `what the contract has, via ${via}`,
				};
			}
			if (url !== undefined && tls.length > 0 && !isSocket(url)) {
				for (const problem of checkProblems(url, source, environment)) {
					yield { ...subject, ...problem };
				}
			}
		}
	},
};

/** SQLAlchemy with asyncpg has a parameter of its own for the mode, and none for the file: a variable names that. */
function* checkProblems(
	{ parameters }: ConnectionUrl,
	{ driver, caFile = "" }: StoreSource,
	environment: Environment,
): Generator<Pick<Finding, "found" | "needed">> {
	const isAsyncpg = driver === "sqlalchemy-asyncpg";
	const mode = isAsyncpg ? "ssl" : "sslmode";
	if (parameters.get(mode) !== "verify-ca") {
		yield {
			found: "a host whose certificate is not checked",
			needed: `${mode}=verify-ca`,
		};
	}
	const file = parameters.get("sslrootcert") ?? "";
	const isWanted = [caFile, encodeURIComponent(caFile)].some((wanted) =>
		isMountedAs(environment, file, wanted),
	);
	if (!isAsyncpg && !isWanted) {
		yield {
			found: "a host without the file of its certificates",
			needed: `sslrootcert=${caFile}`,
		};
	}
}
