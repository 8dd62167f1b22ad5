/** What left the contract: which of it nobody needs, which somebody does, and how it is taken away. */
import { z } from "zod";
import { isRole, revisionsThatNeed, uses } from "../plan/prune.ts";
import { recordedIn, recordedText, types } from "../plan/recorded.ts";
import { emailOf, type Retired, retiredIn } from "../plan/retention.ts";
import { lastSegment } from "../plan/revision-name.ts";
import type { Commands } from "./prune-commands.ts";
import type { Stack } from "./prune-plan.ts";
import { reasonFor } from "./prune-reason.ts";
import {
	accountShape,
	exportShape,
	policyShape,
	secretShape,
} from "./prune-shapes.ts";
import { type CloudState, parsed } from "./prune-state.ts";

type Run = Commands["gcloud"];

/** One thing that left the contract. */
export type Left = {
	/** What it is, in words; unique. */
	text: string;
	/** Why nobody needs it, or who does. */
	reason: string;
	needed: boolean;
	/** The commands of gcloud that take it away. */
	commands: string[][];
};

/** A thing that left the contract; locked while no update has let go of it. */
export type LeftThing = Retired & { locked: boolean };

/** Resources of the state that the contract no longer declares, and that the cloud still has. */
export function readLeft(
	{ gcloud, pulumi }: Commands,
	stack: Omit<Stack, "left">,
): LeftThing[] {
	const { environment, project } = stack;
	const state = parsed(
		"pulumi stack export",
		exportShape,
		pulumi(["stack", "export", `--stack=${environment}`]),
	);
	const resources = state.deployment.resources.filter((each) => !each.delete);
	const retired = retiredIn(
		stack.declared,
		recordedIn(Object.fromEntries(resources.map((each) => [each.urn, each]))),
	).filter(({ type, inUse }) => !inUse && order.includes(type));
	const locked = new Set(
		resources.filter((each) => each.protect).map(({ urn }) => urn),
	);
	return retired
		.filter(cloudOf(gcloud, project))
		.map((each) => ({ ...each, locked: locked.has(each.urn) }))
		.sort((one, other) => order.indexOf(one.type) - order.indexOf(other.type));
}

/** What is taken away, in this order: a policy can't name an account any more that is gone. */
const order: string[] = [
	types.grant,
	types.projectRole,
	types.bucketGrant,
	types.account,
	types.secret,
];

/** Asks the cloud about each kind of thing once at most. */
function cloudOf(gcloud: Run, project: string): (thing: Retired) => boolean {
	const answers = new Map<string, unknown>();
	const ask = <T>(shape: z.ZodType<T>, ...words: string[]): T => {
		const command = words.join(" ");
		if (!answers.has(command)) {
			const flags = words[0] === "projects" ? [] : [`--project=${project}`];
			answers.set(
				command,
				parsed(
					`gcloud ${command}`,
					shape,
					gcloud([...words, ...flags, "--format=json"]),
				),
			);
		}
		return answers.get(command) as T;
	};
	const hasSecret = (secretId: string) =>
		ask(z.array(secretShape), "secrets", "list").some(
			({ name }) => lastSegment(name) === secretId,
		);
	const gives = (
		{ bindings }: z.infer<typeof policyShape>,
		{ role, member }: Record<"role" | "member", string>,
	) =>
		bindings.some(
			(each) => each.role === role && each.members.includes(member),
		);
	return (thing) => {
		const text = (key: string) => recordedText(thing, key);
		const grant = { role: text("role"), member: text("member") };
		const secretId = lastSegment(text("secretId"));
		switch (thing.type) {
			case types.secret:
				return hasSecret(secretId);
			case types.grant:
				return (
					hasSecret(secretId) &&
					gives(ask(policyShape, "secrets", "get-iam-policy", secretId), grant)
				);
			case types.account:
				return ask(
					z.array(accountShape),
					"iam",
					"service-accounts",
					"list",
				).some(({ email }) => email.startsWith(`${text("accountId")}@`));
			case types.bucketGrant:
				return gives(
					ask(
						policyShape,
						"storage",
						"buckets",
						"get-iam-policy",
						`gs://${lastSegment(text("bucket"))}`,
					),
					grant,
				);
			default:
				return gives(
					ask(policyShape, "projects", "get-iam-policy", project),
					grant,
				);
		}
	};
}

type Judged = { thing: LeftThing; users: readonly string[] };

const isNeeded = ({ thing, users }: Judged) => thing.locked || users.length > 0;

/** A grant goes with its secret, and stays with it for whom that stays. */
const goesAlone = (grant: boolean, secret: boolean | undefined) =>
	secret === undefined || (secret && !grant);

/** Says of each thing who needs it. */
export function judgeLeft(stack: Stack, state: CloudState): Left[] {
	const judged = stack.left.map((thing) => ({
		thing,
		users: usersOf(thing, stack, state),
	}));
	const secrets = new Map(
		judged
			.filter(({ thing }) => thing.type === types.secret)
			.map((each) => [recordedText(each.thing, "secretId"), isNeeded(each)]),
	);
	return judged
		.filter(
			(each) =>
				each.thing.type !== types.grant ||
				goesAlone(
					isNeeded(each),
					secrets.get(lastSegment(recordedText(each.thing, "secretId"))),
				),
		)
		.map(({ thing, users }) => ({
			text: textOf(thing),
			needed: isNeeded({ thing, users }),
			reason: reasonOf(thing, users, stack, state),
			commands: commandsFor(thing, stack.project),
		}));
}

function reasonOf(
	thing: LeftThing,
	users: readonly string[],
	{ environment }: Stack,
	{ services }: CloudState,
): string {
	if (users.length > 0) {
		return `needed by ${users.toSorted().join(", ")}`;
	}
	if (thing.locked) {
		return `protected until pulumi up -s ${environment} has let go of it`;
	}
	if (isRole(thing)) {
		return "no revision but the newest runs as that account";
	}
	const revisions = services.flatMap((each) => each.revisions);
	return reasonFor(
		revisions.filter((revision) => uses(revision, thing)),
		thing.type === types.secret ? "pin" : "use",
	);
}

/** The names of what can start, and needs a thing to do so. */
function usersOf(
	thing: Retired,
	{ epoch }: Stack,
	{ services, others }: CloudState,
): string[] {
	const revisions = revisionsThatNeed(thing, services, epoch);
	// A job runs with what the contract says, roles included.
	const jobs = isRole(thing) ? [] : others;
	return [...revisions, ...jobs.filter((job) => uses(job, thing))].map(
		({ name }) => name,
	);
}

function textOf(thing: Retired): string {
	const text = (key: string) => recordedText(thing, key);
	switch (thing.type) {
		case types.secret:
			return `secret ${text("secretId")}`;
		case types.grant:
			return `grant of ${lastSegment(text("secretId"))} to ${emailOf(thing)}`;
		case types.account:
			return `account ${text("accountId")}`;
		case types.bucketGrant:
			return `grant of bucket ${lastSegment(text("bucket"))} to ${emailOf(thing)}`;
		default:
			return `${text("role")} of ${emailOf(thing)}`;
	}
}

function commandsFor(thing: Retired, project: string): string[][] {
	const text = (key: string) => recordedText(thing, key);
	const secretId = lastSegment(text("secretId"));
	const binding = [
		`--member=${text("member")}`,
		`--role=${text("role")}`,
		"--condition=None",
		"--quiet",
	];
	switch (thing.type) {
		case types.secret:
			return [
				["secrets", "delete", secretId, `--project=${project}`, "--quiet"],
			];
		case types.grant:
			return [
				[
					"secrets",
					"remove-iam-policy-binding",
					secretId,
					`--project=${project}`,
					...binding,
				],
			];
		case types.account:
			return [
				[
					"iam",
					"service-accounts",
					"delete",
					`${text("accountId")}@${project}.iam.gserviceaccount.com`,
					`--project=${project}`,
					"--quiet",
				],
			];
		case types.bucketGrant:
			return [
				[
					"storage",
					"buckets",
					"remove-iam-policy-binding",
					`gs://${lastSegment(text("bucket"))}`,
					`--member=${text("member")}`,
					`--role=${text("role")}`,
					`--project=${project}`,
				],
			];
		default:
			return [["projects", "remove-iam-policy-binding", project, ...binding]];
	}
}
