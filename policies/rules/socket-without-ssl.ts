/** TLS parameters belong to a connection over the network, and only there. */
import { isSocket } from "../connection-url.ts";
import type { Rule } from "../rule.ts";
import { urlsOf } from "../secret-urls.ts";

const tlsParameters = /^(?:ssl.*|sslmode|sslrootcert|uselibpqcompat)$/i;

export const socketWithoutSsl: Rule = {
	id: "socket-without-ssl",
	level: "mandatory",
	requirements: ["R-010", "R-011"],
	complies:
		"A database URL that leads to a Cloud SQL socket has no TLS parameter; one that leads to a host has one.",
	rejects: [
		"ssl, sslmode or another TLS parameter on a socket",
		"a host without a TLS parameter",
	],
	why: "Drivers apply the parameter to the socket, which speaks no TLS, or fail on it; a host takes only encrypted connections.",
	fix: "make the URL with databaseUrl of contract/connection-strings.ts",
	looksAt: "resource",
	*check(evidence) {
		for (const { url, ...subject } of urlsOf(evidence, "postgres")) {
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
		}
	},
};
