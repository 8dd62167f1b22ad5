/** Checks a program's inputs against the facts of their type, and fills in defaults and names. */
import type { CheckFailure, CheckRequest, CheckResult } from "./core.ts";
import type { PropertyFacts, TypeFacts } from "./facts.ts";
import { groupFailures } from "./groups.ts";
import { autoName, badName } from "./names.ts";
import {
	DEFAULTS,
	isObject,
	isZero,
	type Properties,
	Secret,
	UNKNOWN,
	type Value,
} from "./values.ts";

/** How a provider's Check differs: the random provider neither names nor fills in. */
export interface CheckOptions {
	/** Fill in defaults and made-up names, and list them under `__defaults`. */
	readonly defaults: boolean;
}

/** Checks the inputs of one resource. Every mistake is reported, not only the first. */
export function checkInputs(
	facts: TypeFacts,
	request: CheckRequest,
	options: CheckOptions = { defaults: true },
): CheckResult {
	const check = new Check(request.name, options);
	const inputs = check.block(
		facts.properties,
		request.news,
		request.olds ?? {},
		"",
	);
	const wrong = badName(facts.token, (property) => inputs[property]);
	if (wrong !== undefined) check.fail(wrong.reason, wrong.property);
	for (const { reason, path } of groupFailures(facts, inputs))
		check.fail(reason, path);
	return { inputs, failures: check.failures };
}

/** One resource's check: collects failures while it walks the inputs. */
class Check {
	readonly failures: CheckFailure[] = [];
	readonly #resource: string;
	readonly #options: CheckOptions;

	constructor(resource: string, options: CheckOptions) {
		this.#resource = resource;
		this.#options = options;
	}

	/** Records a failure in the wording of the real provider. */
	fail(reason: string, path: string): void {
		this.failures.push({
			reason: `${reason}. Examine values at '${this.#resource}.${path}'.`,
		});
	}

	/** Checks the inputs of a resource or of a block; `path` ends with a dot, or is empty. */
	block(
		props: Readonly<Record<string, PropertyFacts>>,
		news: Properties,
		olds: Properties,
		path: string,
	): Properties {
		const checked: Properties = {};
		for (const [key, value] of Object.entries(news)) {
			if (key === DEFAULTS || value === null) continue;
			const facts = props[key];
			if (facts === undefined)
				this.fail("Invalid or unknown key", `${path}${key}`);
			else if (!facts.required && !facts.optional)
				this.fail(
					`Value for unconfigurable attribute. Can't configure a value for "${key}": its value will be decided automatically based on the result of applying this configuration`,
					`${path}${key}`,
				);
			else checked[key] = this.value(facts, value, olds[key], `${path}${key}`);
		}
		for (const [key, facts] of Object.entries(props))
			if (
				facts.required &&
				checked[key] === undefined &&
				!(key in news && news[key] !== null)
			)
				this.failures.push({
					reason: `Missing required property '${path}${key}'`,
				});
		if (this.#options.defaults) this.#fillIn(props, checked, olds);
		return checked;
	}

	/** Fills in what the program left out. An old default is kept, which is how refresh adopts a change made by hand. */
	#fillIn(
		props: Readonly<Record<string, PropertyFacts>>,
		checked: Properties,
		olds: Properties,
	): void {
		const oldDefaults = Array.isArray(olds[DEFAULTS]) ? olds[DEFAULTS] : [];
		const filled: string[] = [];
		for (const [key, facts] of Object.entries(props)) {
			if (checked[key] !== undefined) continue;
			if (facts.conflictsWith?.some((other) => checked[other] !== undefined))
				continue;
			const old = oldDefaults.includes(key) ? olds[key] : undefined;
			const value = old ?? this.#default(facts);
			if (value === undefined) continue;
			checked[key] = value;
			filled.push(key);
		}
		checked[DEFAULTS] = filled.sort();
	}

	#default(facts: PropertyFacts): Value | undefined {
		if (facts.autoName !== undefined) {
			const made = autoName(this.#resource, facts.autoName);
			if ("name" in made) return made.name;
			this.failures.push({ reason: made.error });
			return undefined;
		}
		// Defaults that are zero are left to Terraform by the real provider and never show among the inputs.
		return isZero(facts.default) ? undefined : facts.default;
	}

	/** Checks one value. */
	value(
		facts: PropertyFacts,
		value: Value,
		old: Value | undefined,
		path: string,
	): Value {
		if (value === UNKNOWN) return value;
		if (value instanceof Secret)
			return new Secret(this.value(facts, value.value, old, path));
		switch (facts.type) {
			case "object":
				if (!isObject(value) || facts.props === undefined)
					return this.#mismatch("object", value, path);
				return this.block(
					facts.props,
					value,
					isObject(old) ? old : {},
					`${path}.`,
				);
			case "list":
			case "set":
				return Array.isArray(value)
					? this.#list(facts, value, old, path)
					: this.#mismatch("array", value, path);
			case "map":
				return isObject(value)
					? this.#map(facts, value, path)
					: this.#mismatch("object", value, path);
			default:
				return this.#scalar(facts.type, facts, value, path);
		}
	}

	#list(
		facts: PropertyFacts,
		value: Value[],
		old: Value | undefined,
		path: string,
	): Value[] {
		if (value.length < (facts.minItems ?? 0))
			this.fail(
				`Too few list items: ${value.length}, at least ${facts.minItems} needed`,
				path,
			);
		if (value.length > (facts.maxItems ?? Number.POSITIVE_INFINITY))
			this.fail(
				`Too many list items: ${value.length}, at most ${facts.maxItems} allowed`,
				path,
			);
		const olds = Array.isArray(old) ? old : [];
		return value.map((element, index) => {
			const at = `${path}[${index}]`;
			if (element === UNKNOWN) return element;
			if (facts.props === undefined)
				return element === null
					? this.#mismatch(facts.of ?? "string", element, at)
					: this.#element(facts, element, at);
			if (element instanceof Secret)
				return new Secret(
					this.value(
						{ ...facts, type: "object" },
						element.value,
						olds[index],
						at,
					),
				);
			const block = olds[index];
			return isObject(element)
				? this.block(
						facts.props,
						element,
						isObject(block) ? block : {},
						`${at}.`,
					)
				: this.#mismatch("object", element, at);
		});
	}

	#map(facts: PropertyFacts, value: Properties, path: string): Properties {
		return Object.fromEntries(
			Object.entries(value)
				.filter(([key, entry]) => key !== DEFAULTS && entry !== null)
				.map(([key, entry]) => [
					key,
					this.#element(facts, entry, `${path}.${key}`),
				]),
		);
	}

	#element(facts: PropertyFacts, value: Value, path: string): Value {
		if (value === UNKNOWN) return value;
		if (value instanceof Secret)
			return new Secret(this.#element(facts, value.value, path));
		return this.#scalar(facts.of ?? "string", facts, value, path);
	}

	/** Strings that spell a number or a boolean pass for one, and the other way round, as with the real provider. */
	#scalar(
		type: string,
		facts: PropertyFacts,
		value: Value,
		path: string,
	): Value {
		const kind = typeof value;
		if (kind !== "string" && kind !== "number" && kind !== "boolean")
			return this.#mismatch(type, value, path);
		if (type === "string") {
			const text = String(value);
			if (facts.enum !== undefined && !facts.enum.includes(text) && text !== "")
				this.fail(
					`expected ${path} to be one of [${facts.enum.map((one) => `"${one}"`).join(" ")}], got ${text}`,
					path,
				);
			return text;
		}
		if (type === "boolean") {
			if (value === true || value === "true") return true;
			if (value === false || value === "false") return false;
			return this.#mismatch(type, value, path);
		}
		const number =
			kind === "boolean" || value === "" ? Number.NaN : Number(value);
		if (Number.isNaN(number)) return this.#mismatch(type, value, path);
		if (!facts.float && !Number.isInteger(number))
			this.fail(`expected a whole number, got ${number}`, path);
		return number;
	}

	/** The value itself is never shown: it may be a secret. */
	#mismatch(expected: string, value: Value, path: string): Value {
		const actual = Array.isArray(value)
			? "array"
			: value === null
				? "null"
				: typeof value;
		this.fail(`expected ${expected} type, got ${actual} type`, path);
		return value;
	}
}
