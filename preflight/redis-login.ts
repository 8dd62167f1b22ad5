/** The login to a Redis store, from its URL or from its parts. */
import { ports, type RedisDriver } from "../contract/stores.ts";
import { type RedisAccess, readRedisUrl } from "./access.ts";
import { requireCertificates, requireSameFile } from "./authorities.ts";
import {
	type BoundValues,
	type Given,
	given,
	sourceOf,
} from "./bound-values.ts";

export type RedisLogin = RedisAccess & {
	/** PEM. */
	authorities: string;
};

/** The login, with the content of the certificates that the service trusts. */
export function redisLogin(
	values: BoundValues,
	store: string,
): Given<RedisLogin> | undefined {
	const urls = values.all(store, "url");
	const logins = urls.map((url) =>
		values.read(url, (value) =>
			readRedisUrl(sourceOf(url).driver as RedisDriver, value),
		),
	);
	const login =
		urls.length > 0
			? values.agreed(store, urls, logins, ({ host, port, password }) => ({
					host,
					port: String(port),
					password,
				}))
			: loginOfParts(values, store);
	const authorities = authoritiesOf(values, store, login?.login.caFile);
	return login === undefined || authorities === undefined
		? undefined
		: { ...login, login: { ...login.login, authorities } };
}

function loginOfParts(
	values: BoundValues,
	store: string,
): Given<RedisAccess> | undefined {
	const host = values.part(store, "host");
	const password = values.part(store, "password");
	if (
		host === undefined ||
		password === undefined ||
		values.lacks(store, ["port"])
	) {
		return undefined;
	}
	return given(store, password, {
		host: values.value(host),
		port: Number(values.text(store, "port") ?? ports.redis),
		password: values.value(password),
		caFile: undefined,
	});
}

/** PEM, from the variable or the file that holds it. */
function authoritiesOf(
	values: BoundValues,
	store: string,
	namedFile: string | undefined,
): string | undefined {
	const bound = values.part(store, "ca");
	return (
		bound &&
		values.read(bound, (value) => {
			requireCertificates(value);
			if (namedFile !== undefined) {
				requireSameFile(namedFile, value);
			}
			return value;
		})
	);
}
