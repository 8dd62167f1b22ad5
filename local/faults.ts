/** Faults that a test scripts: operations that fail, hang or kill the provider, executions and revisions that fail. */
import { appendFileSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { CloudError } from "./provider/core.ts";

const OPERATIONS = [
	"check",
	"create",
	"read",
	"update",
	"delete",
	"invoke",
	"request",
	"execution",
	"revision",
] as const;
const ACTIONS = ["error", "hang", "kill"] as const;
const MOMENTS = ["before", "after"] as const;

/** What a fault can strike. `execution` and `revision` are outcomes, not requests: the API accepted what then fails. */
export type FaultOperation = (typeof OPERATIONS)[number];

/** Where in the operation the fault strikes: before its effect on the cloud, or after it, before the answer. */
export type FaultMoment = (typeof MOMENTS)[number];

/** One rule of `faults.json`. */
export interface FaultRule {
	/** Names the rule in the log. */
	readonly id: string;
	/** The operation. */
	readonly on: FaultOperation;
	/** The type's token, or the data source's; `*` stands for any run of characters. Default: every type. */
	readonly type?: string;
	/** The resource's name in the program, its id, or the data source's main argument; `*` as above. Default: every one. */
	readonly name?: string;
	/**
	 * A property that the resource has to have, by its dotted path; after `=` the value, `*` as above: `replication.auto`,
	 * `member=allUsers`. Default: whatever it has.
	 */
	readonly having?: string;
	/** Default: `before`. */
	readonly when?: FaultMoment;
	/** Default: `error`. */
	readonly action?: (typeof ACTIONS)[number];
	/** What the error says. Default: an internal error of the API. */
	readonly message?: string;
	/** How often the rule strikes. Default: until it is removed. */
	readonly times?: number;
}

/** What the provider is about to do. */
export interface FaultPoint {
	readonly operation: FaultOperation;
	readonly type: string;
	/** Every name by which a rule can mean the resource. */
	readonly names: readonly string[];
	readonly when: FaultMoment;
	/** What the resource has at a dotted path; absent where there is no resource. A function, so that no value gets into the log. */
	readonly valueAt?: (path: string) => unknown;
}

const DEFAULT_MESSAGE =
	"googleapi: Error 500: Internal error encountered., backendError";

/** The faults of one stand-in: `faults.json` in its folder, and the log of those that struck, `faults.log`. */
export class Faults {
	readonly #file: string;
	readonly #log: string;
	readonly #hanging = new Set<(error: Error) => void>();

	constructor(directory: string) {
		this.#file = join(directory, "faults.json");
		this.#log = join(directory, "faults.log");
	}

	/** Ends everything that hangs. */
	cancel(): void {
		for (const reject of this.#hanging)
			reject(new CloudError("operation cancelled"));
		this.#hanging.clear();
	}

	/**
	 * Strikes where a rule says so.
	 * @throws {CloudError} with the rule's message.
	 */
	async strike(point: FaultPoint): Promise<void> {
		const rule = this.#take(point);
		if (rule === undefined) return;
		if (rule.action === "kill") process.kill(process.pid, "SIGKILL");
		if (rule.action === "hang" || rule.action === "kill")
			await new Promise((_, reject) => this.#hanging.add(reject));
		throw new CloudError(rule.message ?? DEFAULT_MESSAGE);
	}

	/** The same for what can't wait; only errors strike here. */
	strikeNow(point: FaultPoint): void {
		const message = this.outcome(point);
		if (message !== undefined) throw new CloudError(message);
	}

	/** The message with which an execution, a revision or a check fails, or undefined. */
	outcome(point: FaultPoint): string | undefined {
		const rule = this.#take(point);
		return rule && (rule.message ?? DEFAULT_MESSAGE);
	}

	#take(point: FaultPoint): FaultRule | undefined {
		const rule = this.#rules().find(
			(one) => matches(one, point) && this.#left(one) > 0,
		);
		if (rule !== undefined) {
			const line = { time: new Date().toISOString(), rule: rule.id, ...point };
			appendFileSync(this.#log, `${JSON.stringify(line)}\n`);
		}
		return rule;
	}

	#rules(): readonly FaultRule[] {
		const text = readIfThere(this.#file);
		return text === undefined ? [] : parseFaults(text, this.#file);
	}

	/** How often a rule may still strike; the log is the count, so that it holds across processes. */
	#left(rule: FaultRule): number {
		if (rule.times === undefined) return Number.POSITIVE_INFINITY;
		const struck = (readIfThere(this.#log) ?? "")
			.split("\n")
			.filter(
				(line) => line !== "" && JSON.parse(line).rule === rule.id,
			).length;
		return rule.times - struck;
	}
}

function readIfThere(file: string): string | undefined {
	try {
		return readFileSync(file, "utf8");
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
		throw error;
	}
}

function matches(rule: FaultRule, point: FaultPoint): boolean {
	return (
		rule.on === point.operation &&
		(rule.when ?? "before") === point.when &&
		fits(rule.type ?? "*", point.type) &&
		point.names.some((name) => fits(rule.name ?? "*", name)) &&
		(rule.having === undefined || has(point, rule.having))
	);
}

/** What is left out, null or false is not had. */
function has({ valueAt }: FaultPoint, having: string): boolean {
	const [path = "", ...pattern] = having.split("=");
	const value = valueAt?.(path);
	if (value === undefined || value === null || value === false) return false;
	return pattern.length === 0 || fits(pattern.join("="), String(value));
}

/** Whether a text fits a pattern in which `*` stands for any run of characters. */
function fits(pattern: string, text: string): boolean {
	const parts = pattern
		.split("*")
		.map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
	return new RegExp(`^${parts.join(".*")}$`).test(text);
}

/**
 * Reads the rules of a faults file.
 * @throws {CloudError} that names the rule and the mistake: a fault that is not understood must not pass for none.
 */
export function parseFaults(text: string, file: string): readonly FaultRule[] {
	const wrong = (what: string) =>
		new CloudError(
			`${file}: ${what}; the format is described in local/README.md`,
		);
	let json: unknown;
	try {
		json = JSON.parse(text);
	} catch {
		throw wrong("not valid JSON");
	}
	const { rules, ...rest } = (json ?? {}) as { rules?: unknown };
	if (!Array.isArray(rules) || Object.keys(rest).length > 0)
		throw wrong('expected {"rules": [...]} and nothing else');
	const ids = new Set<string>();
	return rules.map((rule, index) => {
		const problem = ruleProblem(rule);
		if (problem !== undefined) throw wrong(`rule ${index + 1}: ${problem}`);
		if (ids.has(rule.id))
			throw wrong(`rule ${index + 1}: a second rule with the id "${rule.id}"`);
		ids.add(rule.id);
		return rule as FaultRule;
	});
}

function ruleProblem(rule: Record<string, unknown>): string | undefined {
	if (typeof rule !== "object" || rule === null) return "expected an object";
	const fields: Record<string, (value: unknown) => boolean> = {
		id: (value) => typeof value === "string" && value !== "",
		on: (value) => OPERATIONS.some((one) => one === value),
		type: (value) => value === undefined || typeof value === "string",
		name: (value) => value === undefined || typeof value === "string",
		having: (value) =>
			value === undefined || (typeof value === "string" && value !== ""),
		when: (value) =>
			value === undefined || MOMENTS.some((one) => one === value),
		action: (value) =>
			value === undefined || ACTIONS.some((one) => one === value),
		message: (value) => value === undefined || typeof value === "string",
		times: (value) =>
			value === undefined || (Number.isInteger(value) && (value as number) > 0),
	};
	const unknown = Object.keys(rule).find((key) => !(key in fields));
	if (unknown !== undefined) return `unknown key "${unknown}"`;
	const bad = Object.entries(fields).find(
		([key, isGood]) => !isGood(rule[key]),
	);
	if (bad !== undefined)
		return `"${bad[0]}" is missing or not one of its values`;
	const on = String(rule.on);
	if (rule.when === "after" && !["create", "update", "delete"].includes(on))
		return `"${on}" has no effect for a fault to come after`;
	if (
		rule.having !== undefined &&
		["invoke", "execution", "revision"].includes(on)
	)
		return `"${on}" has no properties for "having"`;
	if (
		(rule.action ?? "error") !== "error" &&
		["check", "execution", "revision"].includes(on)
	)
		return `"${on}" can only fail: "action" must be "error"`;
	return undefined;
}
