/** The URLs that secrets of the stack hold, where their values are known. */
import type { SecretSource } from "../contract/schema.ts";
import { type ConnectionUrl, parseConnectionUrl } from "./connection-url.ts";
import type { Evidence } from "./evidence.ts";
import type { Finding } from "./rule.ts";

type Subject = Pick<Finding, "service" | "variable" | "secretId" | "resource">;

/** A URL, for each variable that holds it; undefined where the value is no URL. */
type SecretUrl<From extends SecretSource["from"]> = Subject & {
	source: Extract<SecretSource, { from: From }>;
	url: ConnectionUrl | undefined;
};

export function* urlsOf<From extends SecretSource["from"]>(
	evidence: Evidence,
	from: From,
): Generator<SecretUrl<From>> {
	const { secrets, usersOf } = evidence.expected;
	for (const { secretId, resource, value } of evidence.secretData()) {
		const source = secrets.get(secretId)?.source;
		if (source?.from !== from) {
			continue;
		}
		for (const { service, variable } of usersOf.get(secretId) ?? []) {
			yield {
				service,
				variable,
				secretId,
				resource,
				source: source as Extract<SecretSource, { from: From }>,
				url: parseConnectionUrl(value),
			};
		}
	}
}
