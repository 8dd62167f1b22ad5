/**
 * Values that a service's variables name where they are bound. What is made of a store, of a key, of something that somebody
 * else issues, or of several of them, is kept in Secret Manager: a revision pins it, and it is nobody else's to read. So each
 * becomes a secret of its own, with an id made from where it comes from.
 */
import type { z } from "zod";
import type { SecretInput, ServiceInput } from "./schema.ts";
import { plainOrigins, type source } from "./sources.ts";

type SourceInput = z.input<typeof source>;
type StoreInput = { from: string; driver?: string; via?: string };
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

/** A contract whose variables are plain, with the values that were none among its secrets. What is no contract stays as it is. */
export function withoutInline<Contract extends { services: unknown }>(
	contract: Inline<Contract>,
): { contract: Contract; origins: Origins } {
	const { services, secrets } = contract as {
		services: unknown;
		secrets?: unknown;
	};
	const named = Array.isArray(secrets) ? (secrets as SecretInput[]) : [];
	const added: SecretInput[] = [];
	const origins = new Map<string, string[]>();
	const plain = mapValues(services, (service, name) => {
		const { variables } = service as { variables?: unknown };
		const bound: Record<string, string> = {};
		for (const [variable, value] of entriesOf(variables)) {
			if (!isSource(value)) {
				continue;
			}
			const id = idOf(name, variable, value);
			bound[variable] = id;
			if (named.some((each) => each.id === id && isSame(each.source, value))) {
				continue;
			}
			const before = added.find(
				(each) => each.id === id && isSame(each.source, value),
			);
			if (before === undefined) {
				// Another value of the same id is found as one that is declared twice.
				added.push({ id, source: value, criticalIn: [name] });
				origins.set(id, ["services", name, "variables", variable]);
			} else if (!before.criticalIn.includes(name)) {
				before.criticalIn.push(name);
			}
		}
		return Object.keys(bound).length === 0
			? service
			: {
					...service,
					variables: Object.fromEntries(
						entriesOf(variables).filter(([key]) => !Object.hasOwn(bound, key)),
					),
					secrets: { ...bound, ...(service as ServiceInput).secrets },
				};
	});
	return {
		contract: (added.length === 0
			? contract
			: {
					...contract,
					services: plain,
					secrets: [...named, ...added],
				}) as never,
		origins,
	};
}

const isSame = (one: unknown, other: unknown) =>
	JSON.stringify(one) === JSON.stringify(other);

const entriesOf = (value: unknown): [string, unknown][] =>
	typeof value === "object" && value !== null ? Object.entries(value) : [];

function mapValues(
	value: unknown,
	change: (value: object, key: string) => unknown,
): unknown {
	return typeof value === "object" && value !== null
		? Object.fromEntries(
				Object.entries(value).map(([key, each]) => [
					key,
					typeof each === "object" && each !== null ? change(each, key) : each,
				]),
			)
		: value;
}

function isSource(value: unknown): value is SourceInput {
	return (
		typeof value === "object" &&
		value !== null &&
		"from" in value &&
		!plainOrigins.includes(String(value.from))
	);
}

/** What is taken of a store has one id for all services, so that they share it; the rest belongs to the variable. */
function idOf(service: string, variable: string, value: SourceInput): string {
	const { from, driver, via } = value as StoreInput;
	const own = `${service}-${variable}`;
	return (
		from.includes(".")
			? [from.replace(".", "-"), driver, via === "tls" ? via : undefined]
					.filter(Boolean)
					.join("-")
			: own.replace("{ENV}", "env")
	)
		.toLowerCase()
		.replace(/[^a-z0-9-]+/g, "-")
		.replace(/-+/g, "-")
		.replace(/-$/, "");
}
