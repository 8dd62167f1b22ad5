/** Buckets are open to the services that bind them, and to nobody else. */
import { bucketNameIn } from "../../contract/names.ts";
import type { Evidence, OurWorkload } from "../evidence.ts";
import type { ExpectedService } from "../expected.ts";
import { type Grant, memberName } from "../iam.ts";
import { storesBehind } from "../needs.ts";
import { booleanAt, described, is, known, textAt } from "../read.ts";
import { type Finding, type Rule, suffers } from "../rule.ts";
import { type StackResource, types } from "../stack.ts";

/** Reads and writes objects, and nothing more. */
const role = "roles/storage.objectUser";

export const bucketPrivate: Rule = {
	id: "bucket-private",
	level: "mandatory",
	requirements: ["R-061"],
	complies:
		"Each bucket of the contract is there; every bucket has uniform access and enforced public access prevention, and no grant to everybody; each service that binds one, or that has its name, is granted roles/storage.objectUser on it, and starts after the grant; no other service of the contract is granted anything on it.",
	rejects: [
		"no bucket while a service binds one",
		"a bucket without uniform access or enforced public access prevention, or of which this preview does not know it",
		"a grant on a bucket to everybody, or to members that this preview does not know",
		"a service without the grant on a bucket that it binds, or that does not wait for it",
		"a grant on a bucket to a service that has nothing of it",
	],
	why: "Access lists of single objects show nobody who can read what; a service that starts before its grant fails its first requests.",
	fix: "make the bucket and its grants as components/bucket.ts does",
	looksAt: "resource",
	*check(evidence) {
		for (const bucket of evidence.stack.ofType(types.bucket)) {
			yield* settingProblems(bucket);
		}
		for (const grant of evidence.grants.filter(isOnBucket)) {
			if (
				grant.members.has("allUsers") ||
				grant.members.has("allAuthenticatedUsers") ||
				(evidence.stack.whole && grant.moreMembers)
			) {
				yield {
					resource: grant.resource,
					found:
						"a grant on a bucket to everybody, or to members that this preview does not know",
					needed: "accounts that are known",
				};
			}
		}
		if (evidence.stack.whole) {
			for (const service of evidence.expected.services) {
				yield* serviceProblems(evidence, service);
				yield* needlessGrants(evidence, service);
			}
		}
	},
};

function isOnBucket({ resource }: Grant): boolean {
	return /^gcp:storage\/bucketIAM/.test(resource.type);
}

function* settingProblems(resource: StackResource): Generator<Finding> {
	const { properties } = resource;
	const uniform = booleanAt(properties, "uniformBucketLevelAccess");
	if (!is(uniform, true)) {
		yield {
			resource,
			found: "a bucket without uniform access",
			needed: "uniformBucketLevelAccess: true",
		};
	}
	const prevention = textAt(properties, "publicAccessPrevention");
	if (!is(prevention, "enforced")) {
		yield {
			resource,
			found: `publicAccessPrevention with ${described(prevention)}`,
			needed: "'enforced'",
		};
	}
}

function* serviceProblems(
	evidence: Evidence,
	{ service, stores, accountEmail }: ExpectedService,
): Generator<Finding> {
	const { stack, expected } = evidence;
	const bound = stores
		.filter(({ store }) => store.kind === "bucket")
		.map(({ name }) =>
			bucketNameIn(expected.platform, name, expected.environment),
		);
	for (const bucket of new Set([...bound, ...namesBehind(evidence, service)])) {
		if (!stack.ofType(types.bucket).some((each) => isNamed(each, bucket))) {
			yield { service, found: `no bucket ${bucket}`, needed: "the bucket" };
		}
		const grants = grantsTo(evidence, accountEmail).filter(
			(grant) =>
				grant.resource.type === types.bucketMember &&
				!grant.conditional &&
				is(grant.role, role) &&
				isOn(evidence, grant, bucket),
		);
		const needed = `${role} on ${bucket} for ${accountEmail}`;
		if (grants.length === 0) {
			yield { service, found: "no grant on a bucket that it binds", needed };
			continue;
		}
		for (const workload of workloadsOf(evidence, service)) {
			const waits = grants.some(({ resource }) =>
				stack.comesAfter(workload.resource, resource),
			);
			if (!waits) {
				yield {
					...suffers(workload),
					found: "nothing that makes it wait for its grant on a bucket",
					needed: `${needed}, first`,
				};
			}
		}
	}
}

/** Who has a bucket's key alone may use the bucket as itself too. */
function* needlessGrants(
	evidence: Evidence,
	{ service, accountEmail }: ExpectedService,
): Generator<Finding> {
	const names = namesBehind(evidence, service);
	const hasKey = workloadsOf(evidence, service).some((workload) =>
		[...storesBehind(evidence, workload)].some(
			({ type }) => type === types.hmacKey,
		),
	);
	for (const grant of grantsTo(evidence, accountEmail)) {
		if (!hasKey && !names.some((name) => isOn(evidence, grant, name))) {
			yield {
				service,
				resource: grant.resource,
				found: "a grant on a bucket of which the service has nothing",
				needed: "no grant",
				fix: `remove ${grant.resource.name}`,
			};
		}
	}
}

const workloadsOf = ({ ours }: Evidence, service: string): OurWorkload[] =>
	ours.filter(({ of }) => of.service === service);

const grantsTo = ({ grants }: Evidence, accountEmail: string): Grant[] =>
	grants.filter(
		(grant) => isOnBucket(grant) && grant.members.has(memberName(accountEmail)),
	);

/** The names of the buckets that values of a service's secrets are made from. */
function namesBehind(evidence: Evidence, service: string): string[] {
	return workloadsOf(evidence, service)
		.flatMap((workload) => [...storesBehind(evidence, workload)])
		.filter(({ type }) => type === types.bucket)
		.flatMap(({ properties }) => known(textAt(properties, "name")) ?? []);
}

const isNamed = ({ properties }: StackResource, bucket: string) =>
	known(textAt(properties, "name")) === bucket;

/** The provider writes `b/<name>`. */
function isOn({ stack }: Evidence, { resource }: Grant, bucket: string) {
	const written = textAt(resource.properties, "bucket");
	return written.state === "known"
		? written.value.replace(/^b\//, "") === bucket
		: stack
				.madeFrom(resource, "bucket", types.bucket)
				.some((each) => isNamed(each, bucket));
}
