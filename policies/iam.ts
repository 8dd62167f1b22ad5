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
	/** `secret`, `service`: one secret, one Cloud Run service. `wide`: a project or more. `other`: any one resource else. */
	scope: "secret" | "service" | "wide" | "other";
	/** For a secret's grant, the secret. */
	secret: Reading<SecretReference>;
	/** For a Cloud Run service's grant, the service's name there. */
	service: Reading<string>;
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
/** By API and kind, the property that names a Cloud Run service. */
const serviceProperties: Readonly<Record<string, string>> = {
	"cloudrunv2 Service": "name",
	"cloudrun ": "service",
};

/** Every grant of the stack. A policy counts as a grant for each of its roles. */
export function grantsIn(stack: Stack): Grant[] {
	return stack.resources.flatMap((resource) => {
		const kind = iamType.exec(resource.type);
		if (kind === null) {
			return [];
		}
		const [, api, of, form] = kind as unknown as [string, string, string, Form];
		const serviceProperty = serviceProperties[`${api} ${of}`];
		const scope = wideApis.includes(api)
			? "wide"
			: api === "secretmanager" && of === "Secret"
				? "secret"
				: serviceProperty !== undefined
					? "service"
					: "other";
		const secret: Grant["secret"] =
			scope === "secret"
				? secretOf(stack, resource, "secretId")
				: { state: "missing" };
		const service: Grant["service"] =
			serviceProperty === undefined
				? { state: "missing" }
				: serviceOf(stack, resource, serviceProperty);
		return bindingsOf(resource, form).map((binding) => ({
			resource,
			form,
			scope,
			secret,
			service,
			role: textAt(binding, "role"),
			conditional: at(binding, "condition").state !== "missing",
			...(form === "Member"
				? members([memberOf(stack, resource)])
				: membersIn(binding)),
		}));
	});
}

/** The service that a grant names, by itself or at the end of a path; where it is unknown, the one that it was made from. */
function serviceOf(
	stack: Stack,
	resource: StackResource,
	property: string,
): Reading<string> {
	const written = textAt(resource.properties, property);
	if (written.state === "known") {
		return {
			state: "known",
			value: written.value.slice(written.value.lastIndexOf("/") + 1),
		};
	}
	const [source, ...others] = stack.madeFrom(resource, property, types.service);
	return source === undefined || others.length > 0
		? written
		: textAt(source.properties, "name");
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

/**
 * What takes some of these grants away again: the API keeps what was written last, be it all members of a role or all
 * roles.
 * @param all the grants on the same resource
 * @param granted those that are to stay, which have one of the roles
 */
export function denierOf(
	all: readonly Grant[],
	granted: readonly Grant[],
	roles: readonly string[],
): Grant | undefined {
	return all.find(
		({ form, role, resource }) =>
			(form === "Policy" ||
				(form === "Binding" &&
					(role.state !== "known" || roles.includes(role.value)))) &&
			!granted.some((grant) => grant.resource === resource),
	);
}
