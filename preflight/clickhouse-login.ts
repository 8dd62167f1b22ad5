/** The login to somebody else's ClickHouse, from its URL or from address and login apart. */
import type { StoreAttribute } from "../contract/stores.ts";
import {
	type ClickhouseAccess,
	readClickhouseEndpoint,
	readClickhouseNative,
	readClickhouseUrl,
} from "./access.ts";
import {
	type Bound,
	type BoundValues,
	type Given,
	given,
} from "./bound-values.ts";

/** The database of a session that names none. */
export const defaultDatabase = "default";

export function clickhouseLogin(
	values: BoundValues,
	store: string,
): Given<ClickhouseAccess> | undefined {
	const urls = values.all(store, "url");
	const logins = urls.map((url) => values.read(url, readClickhouseUrl));
	const address = addressOf(
		values,
		store,
		new Map(
			urls.flatMap((url, index): [Bound, string][] => {
				const login = logins[index];
				return login === undefined ? [] : [[url, login.host]];
			}),
		),
	);
	if (urls.length > 0) {
		return values.agreed(store, urls, logins, (login) => ({
			host: login.host,
			port: String(login.port),
			name: login.database,
			user: login.user,
			password: login.password,
		}));
	}
	const [user, password] = (["user", "password"] as const).map((attribute) =>
		values.part(store, attribute),
	);
	return address && user && password && !values.lacks(store, ["name"])
		? given(store, password, {
				...address,
				user: values.value(user),
				password: values.value(password),
				database: values.text(store, "name") ?? defaultDatabase,
			})
		: undefined;
}

/**
 * Where ClickHouse is, for whoever takes the login apart; every variable that says it must say the same.
 * @param hosts those of the URLs with a login
 */
function addressOf(
	values: BoundValues,
	store: string,
	hosts: Map<Bound, string>,
): Pick<ClickhouseAccess, "host" | "port"> | undefined {
	const read = (attribute: StoreAttribute, form: typeof readClickhouseNative) =>
		values.all(store, attribute).flatMap((bound) => {
			const address = values.read(bound, form);
			if (address !== undefined) {
				hosts.set(bound, address.host);
			}
			return address ?? [];
		});
	const [endpoint] = read("endpoint", readClickhouseEndpoint);
	read("native", readClickhouseNative);
	// Beside a URL with a login, the host has been compared with it already.
	for (const bound of values.all(store, "url").length === 0
		? values.all(store, "host")
		: []) {
		hosts.set(bound, values.value(bound));
	}
	const [first, ...others] = [...hosts];
	for (const [bound, host] of others) {
		if (first !== undefined && host !== first[1]) {
			values.note(bound, `differs from the host in ${first[0].variable}`);
		}
	}
	const [host, port] = (["host", "port"] as const).map((attribute) =>
		values.text(store, attribute),
	);
	return (
		endpoint ??
		(host !== undefined && port !== undefined
			? { host, port: Number(port) }
			: undefined)
	);
}
