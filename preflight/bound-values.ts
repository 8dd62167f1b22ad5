/** What a service's variables and files hold of its stores: found by the source of their secret, never by name. */
import type { CheckedStore, Checklist } from "../contract/checklist.ts";
import { isStoreSource, type StoreSource } from "../contract/sources.ts";
import type { StoreAttribute } from "../contract/stores.ts";
import { readBack } from "../contract/templates.ts";
import { valueProblems } from "../contract/value-rules.ts";
import { FormError } from "./access.ts";
import { type Secret, secretsOf } from "./expectations.ts";
import { valueFix } from "./remedies.ts";
import type { Problem } from "./variable-rules.ts";

/** A variable, or a file by its path, that holds a value of a store. */
export type Bound = Secret & {
	variable: string;
	/** For a part of a composed value: what it says. @default the variable's value */
	part?: string;
};

/** A login to a store, and the variable that gave it: of several, the one with the password. */
export type Given<T> = {
	/** The store's name in the contract. */
	store: string;
	variable: string;
	secretId: string;
	login: T;
};

export class BoundValues {
	readonly checklist: Checklist;
	readonly variables: NodeJS.ProcessEnv;
	/** What is wrong with the values, as far as they were read. */
	readonly problems: Problem[] = [];
	readonly #unusable: ReadonlySet<string>;
	readonly #bound: readonly Bound[];

	/**
	 * @param variables with the contents of the service's files under their paths
	 * @param unusable variables that are missing or wrong: nothing is read of them, and nothing said
	 */
	constructor(
		checklist: Checklist,
		variables: NodeJS.ProcessEnv,
		unusable: ReadonlySet<string>,
	) {
		this.checklist = checklist;
		this.variables = variables;
		this.#unusable = unusable;
		this.#bound = secretsOf(checklist).map(([variable, secret]) => ({
			variable,
			...secret,
		}));
	}

	store(name: string): CheckedStore | undefined {
		return this.checklist.stores[name];
	}

	/** The variables that hold an attribute of a store, those that can be used. */
	all(store: string, attribute: StoreAttribute): Bound[] {
		return this.#holding(store, attribute).filter(
			({ variable }) => !this.#unusable.has(variable),
		);
	}

	part(store: string, attribute: StoreAttribute): Bound | undefined {
		return this.all(store, attribute)[0];
	}

	/** The file that holds an attribute of a store. */
	file(store: string, attribute: StoreAttribute): Bound | undefined {
		return this.all(store, attribute).find(({ variable }) =>
			variable.startsWith("/"),
		);
	}

	/** The text of an attribute; undefined where the service does not take it from the store. */
	text(store: string, attribute: StoreAttribute): string | undefined {
		const part = this.part(store, attribute);
		return part && this.value(part);
	}

	/** True if the service takes one of these and it can't be used. */
	lacks(store: string, attributes: readonly StoreAttribute[]): boolean {
		return attributes.some(
			(attribute) =>
				this.#holding(store, attribute).length > 0 &&
				this.part(store, attribute) === undefined,
		);
	}

	value({ variable, part }: Bound): string {
		return part ?? this.variables[variable] ?? "";
	}

	/** Reads a value, whose password must be one; undefined, and noted, where it is in another form. */
	read<T>(bound: Bound, read: (value: string) => T): T | undefined {
		return this.attempt(bound, () => {
			const result = read(this.value(bound));
			const password = (result as { password?: string }).password;
			const [weak] =
				password === undefined ? [] : valueProblems(password, "password", true);
			if (weak !== undefined) {
				throw new FormError(`holds a password that ${weak}`);
			}
			return result;
		});
	}

	/** What a reading answers; undefined, and noted, where it throws a `FormError`. */
	attempt<T>(bound: Bound, read: () => T): T | undefined {
		try {
			return read();
		} catch (error) {
			if (!(error instanceof FormError)) {
				throw error;
			}
			this.note(bound, error.message);
			return undefined;
		}
	}

	note(bound: Bound, fact: string): void {
		const { variable, secretId } = bound;
		const fix = valueFix(this.checklist, bound);
		this.problems.push({ variable, secretId, fact, fix });
	}

	/** The first URL's login, if all are readable; each other variable of the store must say the same. */
	agreed<T extends object>(
		store: string,
		urls: readonly Bound[],
		logins: readonly (T | undefined)[],
		partsOf: (login: T) => Partial<Record<StoreAttribute, string>>,
		isPart: (part: Bound, attribute: StoreAttribute) => boolean = () => true,
	): Given<T> | undefined {
		const [url] = urls;
		const [login] = logins;
		if (url === undefined || login === undefined) {
			return undefined;
		}
		const parts = Object.entries(partsOf(login)) as [StoreAttribute, string][];
		for (const [index, other] of logins.slice(1).entries()) {
			const theirs = other && partsOf(other);
			const differing = parts.find(
				([attribute, value]) => theirs && theirs[attribute] !== value,
			);
			if (differing !== undefined) {
				this.note(
					urls[index + 1] as Bound,
					`differs from the ${nameOf(differing[0])} in ${url.variable}`,
				);
			}
		}
		for (const [attribute, value] of parts) {
			const others = this.all(store, attribute).filter(
				(part) => isPart(part, attribute) && this.value(part) !== value,
			);
			for (const part of others) {
				this.note(
					part,
					`differs from the ${nameOf(attribute)} in ${url.variable}`,
				);
			}
		}
		return given(store, url, login);
	}

	#holding(store: string, attribute: StoreAttribute): Bound[] {
		const declared = this.store(store);
		const password =
			attribute === "password" && declared?.kind === "clickhouse"
				? declared.passwordSecret
				: undefined;
		const name = `${store}.${attribute}`;
		return this.#bound.flatMap((bound): Bound[] => {
			const { id, source } = bound;
			if (source.from === name || id === password) {
				return [bound];
			}
			if (source.from !== "template") {
				return [];
			}
			const parts = readBack(source.text, this.value(bound));
			const part = parts?.get(name) ?? parts?.get(password ?? "");
			return part === undefined ? [] : [{ ...bound, part }];
		});
	}
}

/** A login, as the variable gave it. */
export function given<T>(
	store: string,
	{ variable, secretId }: Bound,
	login: T,
): Given<T> {
	return { store, variable, secretId, login };
}

export function sourceOf({ source }: Bound): Partial<StoreSource> {
	return isStoreSource(source) ? source : {};
}

/** What a message calls an attribute. */
const nameOf = (attribute: StoreAttribute) =>
	attribute === "name" ? "database" : attribute;
