/** What rules judge: the stack, and what the contract wants of it. Built once; every rule reads the same. */
import { s3 } from "../contract/stores.ts";
import type { Expected, ExpectedService } from "./expected.ts";
import { type Grant, grantsIn } from "./iam.ts";
import { booleanAt, is, known, textAt } from "./read.ts";
import { secretOf } from "./secret-reference.ts";
import { type Stack, type StackResource, types } from "./stack.ts";
import type { Waivers } from "./waivers.ts";
import { type Workload, workloadsOf } from "./workload.ts";

/** The value of a secret version that this stack makes. */
type SecretData = {
	secretId: string;
	resource: StackResource;
	value: string;
};

/** A workload that is or works for a service of the contract. */
export type OurWorkload = Workload & { of: ExpectedService };

/** Passwords have at least this many characters. */
const shortestSecret = 8;

export class Evidence {
	readonly stack: Stack;
	readonly expected: Expected;
	readonly waivers: Waivers;
	readonly workloads: readonly Workload[];
	readonly #versions = new Map<string, StackResource[]>();
	#grants: readonly Grant[] | undefined;
	#grantsOn: ReadonlyMap<string | undefined, readonly Grant[]> | undefined;

	constructor(stack: Stack, expected: Expected, waivers: Waivers) {
		this.stack = stack;
		this.expected = expected;
		this.waivers = waivers;
		this.workloads = workloadsOf(stack, expected);
		for (const version of stack.ofType(types.secretVersion)) {
			const secret = known(secretOf(stack, version, "secret"));
			if (secret !== undefined) {
				const same = this.#versions.get(secret.secretId);
				if (same === undefined) {
					this.#versions.set(secret.secretId, [version]);
				} else {
					same.push(version);
				}
			}
		}
	}

	/** Every grant of the stack, of every kind of IAM resource. */
	get grants(): readonly Grant[] {
		this.#grants ??= grantsIn(this.stack);
		return this.#grants;
	}

	/** The grants on a secret. */
	grantsOn(secretId: string): readonly Grant[] {
		this.#grantsOn ??= Map.groupBy(
			this.grants.filter(({ scope }) => scope === "secret"),
			({ secret }) => known(secret)?.secretId,
		);
		return this.#grantsOn.get(secretId) ?? [];
	}

	/** The versions of a secret that this stack makes. */
	versionsOf(secretId: string): readonly StackResource[] {
		return this.#versions.get(secretId) ?? [];
	}

	/** The values of the versions that this stack makes, where they are known. Never to be put into a message. */
	*secretData(): Generator<SecretData> {
		for (const [secretId, versions] of this.#versions) {
			for (const resource of versions) {
				const value = known(textAt(resource.properties, "secretData"));
				if (value !== undefined) {
					const encoded = is(
						booleanAt(resource.properties, "isSecretDataBase64"),
						true,
					);
					yield {
						secretId,
						resource,
						value: encoded
							? Buffer.from(value, "base64").toString("utf8")
							: value,
					};
				}
			}
		}
	}

	/** The values of keys, passwords and URLs; short words such as a database's name are no secret by themselves, nor is Google's address. */
	secretValues(): ReadonlySet<string> {
		return new Set(
			[...this.secretData()]
				.map(({ value }) => value)
				.filter(
					(value) => value.length >= shortestSecret && value !== s3.endpoint,
				),
		);
	}

	/** The workloads that the contract knows: its services, and the jobs that work for them. */
	get ours(): OurWorkload[] {
		return this.workloads.filter(
			(each): each is OurWorkload => each.of !== undefined,
		);
	}
}
