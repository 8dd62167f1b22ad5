/** The URLs that secrets of the stack hold, where their values are known. */

import { type StoreSource, storeUse } from "../contract/sources.ts";
import type { StoreKind } from "../contract/stores.ts";
import { type ConnectionUrl, parseConnectionUrl } from "./connection-url.ts";
import type { Evidence } from "./evidence.ts";
import type { Finding } from "./rule.ts";

type Subject = Pick<Finding, "service" | "variable" | "secretId" | "resource">;

/** A URL, for each variable that holds it; undefined where the value is no URL. */
type SecretUrl = Subject & {
	source: StoreSource;
	url: ConnectionUrl | undefined;
};

/** The URLs of the stores of a kind: those with a login, or another attribute that is one. */
export function* urlsOf(
	evidence: Evidence,
	kind: StoreKind,
	attribute: "url" | "endpoint" | "native" = "url",
): Generator<SecretUrl> {
	const { platform, secrets, usersOf } = evidence.expected;
	for (const { secretId, resource, value } of evidence.secretData()) {
		const source = secrets.get(secretId)?.source;
		const use = source && storeUse(platform, source);
		if (use?.store.kind !== kind || use.attribute !== attribute) {
			continue;
		}
		for (const { service, variable } of usersOf.get(secretId) ?? []) {
			yield {
				service,
				variable,
				secretId,
				resource,
				source: source as StoreSource,
				url: parseConnectionUrl(value),
			};
		}
	}
}
