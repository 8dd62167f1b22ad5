/** Which logins a service's variables give, in whatever form it takes them, where they agree with each other. */
import type { Checklist } from "../contract/checklist.ts";
import type { DatabaseLogin } from "../contract/connection-strings.ts";
import type { StoreKind } from "../contract/stores.ts";
import type { ClickhouseAccess } from "./access.ts";
import { BoundValues, type Given } from "./bound-values.ts";
import { type BucketAccess, bucketLogin } from "./bucket-login.ts";
import { clickhouseLogin } from "./clickhouse-login.ts";
import { postgresLogin } from "./postgres-login.ts";
import { type RedisLogin, redisLogin } from "./redis-login.ts";
import type { Problem } from "./variable-rules.ts";

/** By the kind of the store; a service may bind several. */
export type Access = {
	postgres: Given<DatabaseLogin>[];
	redis: Given<RedisLogin>[];
	clickhouse: Given<ClickhouseAccess>[];
	bucket: Given<BucketAccess>[];
};

/**
 * Reads the logins to the stores that a service binds.
 * @param unusable variables that are missing or wrong; a login that needs one of them is left out without a word
 */
export function readAccess(
	checklist: Checklist,
	variables: NodeJS.ProcessEnv,
	unusable: ReadonlySet<string>,
): { access: Access; problems: Problem[] } {
	const values = new BoundValues(checklist, variables, unusable);
	const each = <T>(
		kind: StoreKind,
		read: (values: BoundValues, store: string) => Given<T> | undefined,
	): Given<T>[] =>
		Object.entries(checklist.stores).flatMap(([name, store]) =>
			store.kind === kind ? (read(values, name) ?? []) : [],
		);
	return {
		access: {
			postgres: (["socket", "tls"] as const).flatMap((way) =>
				each("postgres", (values, store) => postgresLogin(values, store, way)),
			),
			redis: each("redis", redisLogin),
			clickhouse: each("clickhouse", clickhouseLogin),
			bucket: each("bucket", bucketLogin),
		},
		problems: values.problems,
	};
}
