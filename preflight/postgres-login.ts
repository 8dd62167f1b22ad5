/** The login to a PostgreSQL store, from its URL or from its parts. */
import type { DatabaseLogin } from "../contract/connection-strings.ts";
import { storeUses } from "../contract/sources.ts";
import { type DatabaseDriver, ports } from "../contract/stores.ts";
import { readDatabaseUrl } from "./access.ts";
import { contentOf, requireCertificates } from "./authorities.ts";
import {
	type Bound,
	type BoundValues,
	type Given,
	given,
	sourceOf,
} from "./bound-values.ts";
import { mounted } from "./files.ts";

/** @param way only what the contract has reach the store so; the other parts are of either */
export function postgresLogin(
	values: BoundValues,
	store: string,
	way: "socket" | "tls",
): Given<DatabaseLogin> | undefined {
	const isOnWay = ({ source }: Bound) =>
		storeUses(values.checklist, source).some(
			(use) => use.name === store && use.via === way,
		);
	const urls = values.all(store, "url").filter(isOnWay);
	const logins = urls.map((url) =>
		values.read(url, (value) => databaseUrlLogin(values, url, value)),
	);
	if (urls.length > 0) {
		return values.agreed(
			store,
			urls,
			logins,
			(login) => ({
				host: login.via.socket ?? login.via.host,
				port: String(login.via.port ?? ports.postgres),
				name: login.database,
				user: login.user,
				password: login.password,
			}),
			(part, attribute) => attribute !== "host" || isOnWay(part),
		);
	}
	const host = values.all(store, "host").find(isOnWay);
	const [user, password] = (["user", "password"] as const).map((attribute) =>
		values.part(store, attribute),
	);
	if (
		host === undefined ||
		user === undefined ||
		password === undefined ||
		values.lacks(store, ["port", "name"])
	) {
		return undefined;
	}
	const via = wayTo(values, store, host, way);
	const declared = values.store(store);
	return (
		via &&
		given(store, password, {
			user: values.value(user),
			password: values.value(password),
			database:
				values.text(store, "name") ??
				(declared?.kind === "postgres" ? declared.database : ""),
			via,
		})
	);
}

function databaseUrlLogin(
	values: BoundValues,
	url: Bound,
	value: string,
): DatabaseLogin {
	const read = readDatabaseUrl(
		sourceOf(url).driver as DatabaseDriver,
		value,
		values.variables.PGSSLROOTCERT,
	);
	if (read.via.caFile !== undefined) {
		requireCertificates(
			contentOf(
				read.via.caFile,
				"needs the authorities' certificates in a file",
			),
		);
	}
	return read;
}

/** The way to a host that is given alone; over TLS with the file that the service has of the store's certificates. */
function wayTo(
	values: BoundValues,
	store: string,
	host: Bound,
	way: "socket" | "tls",
): DatabaseLogin["via"] | undefined {
	if (way === "socket") {
		return { socket: values.value(host) };
	}
	const file = values.file(store, "ca");
	if (file === undefined) {
		return undefined;
	}
	const caFile = mounted(file.variable, values.variables);
	return values.attempt(file, () => {
		requireCertificates(values.value(file));
		const port = values.text(store, "port") ?? ports.postgres;
		return { host: values.value(host), port: Number(port), caFile };
	});
}
