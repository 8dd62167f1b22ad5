/** The stack as rules see it: every resource decoded once, found by type, by name and by dependency. */
import type {
	PolicyResource,
	ResourceValidationArgs,
} from "@pulumi/policy/policy.js";
import { types as retirable } from "../plan/recorded.ts";
import { isRetired } from "../plan/retention.ts";
import { type Data, decode, known, textAt } from "./read.ts";
import { readsEverySecret } from "./wide-roles.ts";

/** Type tokens of the resources that rules read. */
export const types = {
	account: "gcp:serviceaccount/account:Account",
	bucket: "gcp:storage/bucket:Bucket",
	bucketMember: "gcp:storage/bucketIAMMember:BucketIAMMember",
	database: "gcp:sql/database:Database",
	databaseInstance: "gcp:sql/databaseInstance:DatabaseInstance",
	hmacKey: "gcp:storage/hmacKey:HmacKey",
	job: "gcp:cloudrunv2/job:Job",
	password: "random:index/randomPassword:RandomPassword",
	redis: "gcp:redis/instance:Instance",
	secret: "gcp:secretmanager/secret:Secret",
	secretVersion: "gcp:secretmanager/secretVersion:SecretVersion",
	service: "gcp:cloudrunv2/service:Service",
	user: "gcp:sql/user:User",
} as const;

export type StackResource = {
	urn: string;
	type: string;
	/** The resource's name in the program. */
	name: string;
	/** The stack's name, from the URN. */
	stack: string;
	properties: Data;
	/** Its own project, or else its provider's; undefined where neither is known. */
	project: string | undefined;
	protect: boolean;
	/** The paths of properties whose changes the program wants ignored. */
	ignoreChanges: readonly string[];
	dependencies: readonly string[];
	propertyDependencies: Readonly<Record<string, readonly string[]>>;
};

/** Every resource of a stack, or the one resource that is about to be created. */
export class Stack {
	readonly resources: readonly StackResource[];
	/** False for one resource that is judged before it is created. */
	readonly whole: boolean;
	readonly #byUrn = new Map<string, StackResource>();
	readonly #byType = new Map<string, StackResource[]>();
	readonly #reached = new Map<string, ReadonlySet<string>>();

	constructor(resources: readonly StackResource[], whole: boolean) {
		this.resources = resources;
		this.whole = whole;
		for (const resource of resources) {
			this.#byUrn.set(resource.urn, resource);
			const same = this.#byType.get(resource.type);
			if (same === undefined) {
				this.#byType.set(resource.type, [resource]);
			} else {
				same.push(resource);
			}
		}
	}

	ofType(...wanted: string[]): StackResource[] {
		return wanted.flatMap((type) => this.#byType.get(type) ?? []);
	}

	/** The resources of a type that a property's value was made from. */
	madeFrom(
		resource: StackResource,
		property: string,
		type: string,
	): StackResource[] {
		return (resource.propertyDependencies[property] ?? [])
			.map((urn) => this.#byUrn.get(urn))
			.filter((each) => each !== undefined)
			.filter((each) => each.type === type);
	}

	/** True if a resource is created after another one, directly or through others. */
	comesAfter(resource: StackResource, other: StackResource): boolean {
		return this.#before(resource).has(other.urn);
	}

	#before(resource: StackResource): ReadonlySet<string> {
		const done = this.#reached.get(resource.urn);
		if (done !== undefined) {
			return done;
		}
		const reached = new Set<string>();
		const open = [...resource.dependencies];
		for (let urn = open.pop(); urn !== undefined; urn = open.pop()) {
			if (!reached.has(urn)) {
				reached.add(urn);
				open.push(...(this.#byUrn.get(urn)?.dependencies ?? []));
			}
		}
		this.#reached.set(resource.urn, reached);
		return reached;
	}
}

/**
 * Every resource of a stack, as the engine shows them when all are registered.
 * @param planned nothing was created, so that what the cloud alone says is known of what was there before
 */
export function stackOf(
	resources: readonly PolicyResource[],
	planned: boolean,
): Stack {
	return new Stack(
		judgedOf(resources, planned).map((resource) => ({
			...common(resource),
			dependencies: resource.dependencies.map(({ urn }) => urn),
			propertyDependencies: Object.fromEntries(
				Object.entries(resource.propertyDependencies).map(
					([property, sources]) => [property, sources.map(({ urn }) => urn)],
				),
			),
		})),
		true,
	);
}

/** One resource's inputs, as the engine shows them before it creates the resource; what it depends on is not shown. */
export function stackOfOne(resource: ResourceValidationArgs): Stack {
	return new Stack(
		[{ ...common(resource), dependencies: [], propertyDependencies: {} }],
		false,
	);
}

/**
 * What left the contract and stays as the state has it is nothing that the contract could be compared with. A grant that
 * no contract can have made is judged all the same, whatever the program wants ignored: it did not leave, and
 * `ignoreChanges` doesn't keep it from being created.
 */
export function isJudged({
	type,
	props,
	opts,
}: PolicyResource | ResourceValidationArgs): boolean {
	return !(
		isRetired(type, opts.ignoreChanges ?? []) &&
		(!grants.includes(type) || fitsAService(type, decoded(props)))
	);
}

/**
 * The resources that rules see. The mark of a retired resource is one that a program can write, so it does not count
 * for what is only about to be created, nor for what a judged resource is made from: that did not leave.
 */
function judgedOf(
	resources: readonly PolicyResource[],
	planned: boolean,
): PolicyResource[] {
	const judged = new Set(
		resources.filter(
			(each) => isJudged(each) || (planned && !existsAlready(each)),
		),
	);
	const byUrn = new Map(resources.map((each) => [each.urn, each]));
	// What is added may be made from others in turn.
	for (const resource of judged) {
		for (const source of Object.values(resource.propertyDependencies).flat()) {
			const found = byUrn.get(source.urn);
			if (found !== undefined) {
				judged.add(found);
			}
		}
	}
	return resources.filter((each) => judged.has(each));
}

/** What the cloud alone says of each kind of resource that can leave the contract. */
const saidByTheCloud: Readonly<Record<string, string>> = {
	[retirable.account]: "uniqueId",
	[retirable.generator]: "result",
	[retirable.grant]: "etag",
	[retirable.projectRole]: "etag",
	[retirable.secret]: "createTime",
	[retirable.secretVersion]: "createTime",
};

function existsAlready({ type, props }: PolicyResource): boolean {
	const said = saidByTheCloud[type];
	return said === undefined || textAt(decoded(props), said).state === "known";
}

/** The grants that can leave the contract, each of one role to one member. */
const grants: string[] = [
	retirable.grant,
	retirable.projectRole,
	retirable.bucketGrant,
];

function fitsAService(type: string, properties: Data): boolean {
	const role = known(textAt(properties, "role"));
	const member = known(textAt(properties, "member"));
	return (
		member?.startsWith("serviceAccount:") === true &&
		role !== undefined &&
		(type !== retirable.projectRole || !readsEverySecret(role))
	);
}

const kept = new WeakMap<object, Data>();

/** Properties as plain data, made once of the same ones. */
function decoded(properties: object | undefined): Data {
	if (properties === undefined) {
		return null;
	}
	const data = kept.get(properties) ?? decode(properties);
	kept.set(properties, data);
	return data;
}

/** `urn:pulumi:<stack>::<project>::<types>::<name>`; a name may hold `::` itself. */
function stackOfUrn(urn: string): string {
	return urn.slice("urn:pulumi:".length).split("::", 1)[0] ?? "";
}

function common(
	resource: PolicyResource | ResourceValidationArgs,
): Omit<StackResource, "dependencies" | "propertyDependencies"> {
	const properties = decoded(resource.props);
	return {
		urn: resource.urn,
		type: resource.type,
		name: resource.name,
		stack: stackOfUrn(resource.urn),
		properties,
		project: [
			known(textAt(properties, "project")),
			known(textAt(decoded(resource.provider?.props), "project")),
		].find((project) => project !== undefined && project !== ""),
		protect: resource.opts.protect,
		ignoreChanges: resource.opts.ignoreChanges,
	};
}
