/** Who may do what, from every kind of IAM resource: member, binding and policy, of any API and version. */
import {
	at,
	type Data,
	elementsAt,
	known,
	listAt,
	type Reading,
	textAt,
	unknown,
} from "./read.ts";
import { type SecretReference, secretOf } from "./secret-reference.ts";
import { type Stack, type StackResource, types } from "./stack.ts";

/** What a kind of IAM resource sets: one member of a role, all members of a role, or all roles. */
type Form = "Member" | "Binding" | "Policy";

export type Grant = {
	resource: StackResource;
	form: Form;
	/** `secret`: one secret. `wide`: a project or more. `other`: any one resource else. */
	scope: "secret" | "wide" | "other";
	/** For a secret's grant, the secret. */
	secret: Reading<SecretReference>;
	role: Reading<string>;
	/** As IAM writes them, those that are known. */
	members: ReadonlySet<string>;
	/** There are members that this preview does not know. */
	moreMembers: boolean;
	/** Holds only under a condition, which can't be judged here. */
	conditional: boolean;
};

const iamType =
	/^gcp:([a-z0-9]+)\/\w+:(\w*?)(?:IAM|Iam)(Member|Binding|Policy)$/;
const wideApis = ["projects", "folder", "organizations"];

/** Every grant of the stack. A policy counts as a grant for each of its roles. */
export function grantsIn(stack: Stack): Grant[] {
	return stack.resources.flatMap((resource) => {
		const kind = iamType.exec(resource.type);
		if (kind === null) {
			return [];
		}
		const [, api, of, form] = kind as unknown as [string, string, string, Form];
		const scope = wideApis.includes(api)
			? "wide"
			: api === "secretmanager" && of === "Secret"
				? "secret"
				: "other";
		const secret: Grant["secret"] =
			scope === "secret"
				? secretOf(stack, resource, "secretId")
				: { state: "missing" };
		return bindingsOf(resource, form).map((binding) => ({
			resource,
			form,
			scope,
			secret,
			role: textAt(binding, "role"),
			conditional: at(binding, "condition").state !== "missing",
			...(form === "Member"
				? members([memberOf(stack, resource)])
				: membersIn(binding)),
		}));
	});
}

/** The roles that a resource sets. A policy without any still takes all away, so it counts as one. */
function bindingsOf(
	{ properties }: StackResource,
	form: Form,
): readonly Data[] {
	if (form !== "Policy") {
		return [properties];
	}
	const unreadable: readonly Data[] = [{ role: unknown, members: unknown }];
	const text = known(textAt(properties, "policyData"));
	if (text === undefined) {
		return unreadable;
	}
	try {
		const bindings = elementsAt(JSON.parse(text) as Data, "bindings");
		return bindings.length === 0 ? [{ members: [] }] : bindings;
	} catch {
		return unreadable;
	}
}

function membersIn(binding: Data): Pick<Grant, "members" | "moreMembers"> {
	const list = listAt(binding, "members");
	return list.state === "unknown"
		? members([list])
		: members((known(list) ?? []).map((each) => textAt(each)));
}

function members(
	readings: readonly Reading<string>[],
): Pick<Grant, "members" | "moreMembers"> {
	return {
		members: new Set(
			readings.map(known).filter((member) => member !== undefined),
		),
		moreMembers: readings.some(({ state }) => state !== "known"),
	};
}

/** The one member; where it is unknown, the one account that it was made from decides. */
function memberOf(stack: Stack, resource: StackResource): Reading<string> {
	const written = textAt(resource.properties, "member");
	const [account, ...others] =
		written.state === "known"
			? []
			: stack.madeFrom(resource, "member", types.account);
	return account === undefined || others.length > 0
		? written
		: textAt(account.properties, "member");
}

/** The account as IAM writes it. */
export function memberName(accountEmail: string): string {
	return `serviceAccount:${accountEmail}`;
}

/** True if a grant is, or may be, to anybody. */
export function mayBeAnybody({ members, moreMembers }: Grant): boolean {
	return (
		moreMembers ||
		members.has("allUsers") ||
		members.has("allAuthenticatedUsers")
	);
}
