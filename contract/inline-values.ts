/**
 * Values that a service's variables name where they are bound. What is made of a store, of a key, of something that somebody
 * else issues, or of several of them, is kept in Secret Manager: a revision pins it, and it is nobody else's to read. So each
 * becomes a secret of its own, with an id made from where it comes from.
 */
import { isDeepStrictEqual } from "node:util";
import type { z } from "zod";
import { shownName } from "./printable.ts";
import type { Problem, SecretInput, ServiceInput } from "./schema.ts";
import { plainOrigins, type source } from "./sources.ts";

type SourceInput = z.input<typeof source>;
type Variables = NonNullable<ServiceInput["variables"]>;

/** A contract as it is written: variables may name the sources of secrets. */
export type Inline<Contract> = Omit<Contract, "services"> & {
	services: Record<
		string,
		Omit<ServiceInput, "variables"> & {
			variables?: Record<string, Variables[string] | SourceInput>;
		}
	>;
};

/** Where a value was written that is a secret now, by the secret's id. */
export type Origins = ReadonlyMap<string, string[]>;

/** A contract whose variables are plain, with the values that were none among its secrets. */
type Converted<Contract> = {
	contract: Contract;
	origins: Origins;
	/** Values that would be one secret and are not one value. */
	problems: Problem[];
};

/** Moves the sources among a contract's variables to its secrets. What is no contract stays as it is, for the schema to refuse. */
export function withoutInline<Contract extends { services: unknown }>(
	contract: Inline<Contract>,
): Converted<Contract> {
	const written: unknown = contract;
	const { services, secrets = [] } = isRecord(written) ? written : {};
	if (!isRecord(written) || !isRecord(services) || !Array.isArray(secrets)) {
		return { contract: contract as never, origins: new Map(), problems: [] };
	}
	const made = new Secrets(secrets);
	const converted = Object.entries(services).map(([name, service]) => [
		name,
		isRecord(service) && isRecord(service.variables)
			? withoutSources(name, service, service.variables, made)
			: service,
	]);
	return {
		contract: {
			...written,
			services: Object.fromEntries(converted),
			secrets: made.all,
		} as never,
		origins: made.origins,
		problems: made.problems,
	};
}

function withoutSources(
	name: string,
	service: Record<string, unknown>,
	variables: Record<string, unknown>,
	made: Secrets,
): Record<string, unknown> {
	const sources = Object.entries(variables).filter(([, value]) =>
		isSource(value),
	);
	if (sources.length === 0) {
		return service;
	}
	const { secrets } = service;
	const bound = sources.map(([variable, source]) => {
		if (isRecord(secrets) && Object.hasOwn(secrets, variable)) {
			made.problems.push({
				path: ["services", name, "variables", variable],
				message: "is bound to a secret too: a variable has one value",
			});
		}
		return [variable, made.idFor(name, variable, source as Source)];
	});
	return {
		...service,
		variables: Object.fromEntries(
			Object.entries(variables).filter(([, value]) => !isSource(value)),
		),
		secrets: isRecord(secrets ?? {})
			? { ...(secrets as object), ...Object.fromEntries(bound) }
			: secrets,
	};
}

/** The source of a secret, of which nothing is known yet but that it is one. */
type Source = { from: unknown; driver?: unknown; via?: unknown };

/** A contract's secrets, to which those are added that variables name. */
class Secrets {
	readonly all: unknown[];
	readonly origins = new Map<string, string[]>();
	readonly problems: Problem[] = [];

	constructor(declared: readonly unknown[]) {
		this.all = [...declared];
	}

	/** The id of the secret that holds a variable's value; the secret is critical to the service. */
	idFor(service: string, variable: string, source: Source): string {
		const id = idOf(service, variable, source);
		const path = ["services", service, "variables", variable];
		const index = this.all.findIndex(
			(each) => isRecord(each) && each.id === id,
		);
		const other = this.all[index] as SecretInput | undefined;
		if (other === undefined) {
			this.all.push({ id, source, criticalIn: [service] });
			this.origins.set(id, path);
		} else if (!isOfStore(source) || !isSame(other.source, source)) {
			const place = this.origins.get(id) ?? ["secrets", id];
			this.problems.push({
				path,
				message: `makes the secret '${id}', as ${place.map(shownName).join(".")} does, and they are not one value: give one of both an entry in 'secrets' with another id, and bind it by that in the service's 'secrets'`,
			});
		} else if (Array.isArray(other.criticalIn)) {
			this.all[index] = {
				...other,
				criticalIn: [...new Set([...other.criticalIn, service])],
			};
		}
		return id;
	}
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
	typeof value === "object" && value !== null && !Array.isArray(value);

const isSource = (value: unknown): value is Source =>
	isRecord(value) &&
	"from" in value &&
	!plainOrigins.some((origin) => origin === value.from);

const isOfStore = ({ from }: Source) =>
	typeof from === "string" && from.includes(".");

/** True for sources that take the same of a store; one says what another leaves to the default. */
const isSame = (one: object, other: object) =>
	isDeepStrictEqual(withDefaults(one), withDefaults(other));

const withDefaults = (source: object) =>
	Object.fromEntries(
		Object.entries({ via: "socket", ...source }).filter(
			([, value]) => value !== undefined,
		),
	);

/** What is taken of a store has one id for all services, so that they share it; the rest belongs to the variable. */
function idOf(service: string, variable: string, source: Source): string {
	const { from, driver, via } = source;
	const words = isOfStore(source)
		? [String(from).replace(".", "-"), driver, via === "tls" ? via : undefined]
		: [service, variable.replace("{ENV}", "env")];
	return words
		.filter((word) => typeof word === "string" && word !== "")
		.join("-")
		.toLowerCase()
		.replace(/[^a-z0-9-]+/g, "-")
		.replace(/-+/g, "-")
		.replace(/-$/, "");
}
