/** What services and jobs of Cloud Run have in common: rules for their containers, and what those are started with. */
import { accessVersion, mayAccess } from "../cloud/secret-access.ts";
import { find, type World } from "../cloud/world.ts";
import {
	blocksAt,
	isObject,
	type Properties,
	textAt,
} from "../provider/values.ts";
import { rejected } from "./answers.ts";
import type { Scope } from "./resource-type.ts";
import { ACCOUNT } from "./tokens.ts";

/** Variables that Cloud Run sets itself. */
const RESERVED = new Set([
	"PORT",
	"K_SERVICE",
	"K_REVISION",
	"K_CONFIGURATION",
]);

/** The account that the containers run as. */
export function accountOf(template: Properties, scope: Scope): string {
	return (
		textAt(template, "serviceAccount") ||
		`${scope.number}-compute@developer.gserviceaccount.com`
	);
}

/**
 * The rules that the API checks when it is asked, before anything starts.
 * @throws {CloudError} as the API's answer.
 */
export function checkTemplate(
	template: Properties,
	scope: Scope,
	world: World,
): void {
	const email = accountOf(template, scope);
	if (!hasAccount(email, scope, world))
		throw rejected(
			403,
			`Permission 'iam.serviceaccounts.actAs' denied on service account ${email} (or it may not exist).`,
			"forbidden",
		);
	const volumes = new Set(
		blocksAt(template, "volumes").map((volume) => volume.name),
	);
	for (const container of blocksAt(template, "containers")) {
		const names = blocksAt(container, "envs").map((env) => textAt(env, "name"));
		const reserved = names.filter((name) => RESERVED.has(name));
		if (reserved.length > 0)
			throw rejected(
				400,
				`The following reserved env names were provided: ${reserved.join(", ")}. These values are automatically set by the system.`,
			);
		const twice = names.find((name, index) => names.indexOf(name) !== index);
		if (twice !== undefined)
			throw rejected(400, `Duplicate environment variable name: ${twice}`);
		const lost = blocksAt(container, "volumeMounts").find(
			(mount) => !volumes.has(mount.name ?? null),
		);
		if (lost !== undefined)
			throw rejected(
				400,
				`Volume mount refers to an unknown volume: ${textAt(lost, "name")}`,
			);
	}
}

/** Whether an account is there; one of another project is not known here. */
function hasAccount(email: string, scope: Scope, world: World): boolean {
	const isOurs = email.endsWith(`@${scope.project}.iam.gserviceaccount.com`);
	const id = `projects/${scope.project}/serviceAccounts/${email}`;
	return !isOurs || find(world, ACCOUNT, id) !== undefined;
}

/** Why no instance of a revision can start, where none can: its account, or what it binds, is not what it was. */
export function startProblem(
	template: Properties,
	scope: Scope,
	world: World,
): string | undefined {
	const email = accountOf(template, scope);
	if (!hasAccount(email, scope, world))
		return `Service account ${email} does not exist.`;
	const bindings = resolveBindings(template, scope, world);
	return "problem" in bindings ? bindings.problem : undefined;
}

/** What the containers are started with, or why they can't be. */
export type Bindings =
	| {
			readonly environment: Record<string, string>;
			readonly files: Record<string, string>;
	  }
	| { readonly problem: string };

/** One reference to a secret's version, and where it stands in the template. */
interface Reference {
	readonly secret: string;
	readonly version: string;
	readonly path: string;
	readonly deliver: (payload: string) => void;
}

/** Reads every secret that the first container binds, as the template's own account, as Cloud Run does before a start. */
export function resolveBindings(
	template: Properties,
	scope: Scope,
	world: World,
): Bindings {
	const environment: Record<string, string> = {};
	const files: Record<string, string> = {};
	const references = [
		...variableReferences(template, environment),
		...volumeReferences(template, files),
	];
	const email = accountOf(template, scope);
	for (const reference of references) {
		const problem = deliver(reference, email, world);
		if (problem !== undefined) return { problem };
	}
	return { environment, files };
}

function variableReferences(
	template: Properties,
	environment: Record<string, string>,
): Reference[] {
	const [container] = blocksAt(template, "containers");
	return blocksAt(container, "envs").flatMap((env, index) => {
		const name = textAt(env, "name");
		const secret = textAt(env, "valueSource.secretKeyRef.secret");
		if (secret === "") {
			environment[name] = textAt(env, "value");
			return [];
		}
		return {
			secret,
			version: textAt(env, "valueSource.secretKeyRef.version"),
			path: `spec.template.spec.containers[0].env[${index}].value_from.secret_key_ref.name`,
			deliver: (payload: string) => {
				environment[name] = payload;
			},
		};
	});
}

function volumeReferences(
	template: Properties,
	files: Record<string, string>,
): Reference[] {
	const [container] = blocksAt(template, "containers");
	return blocksAt(template, "volumes").flatMap((volume, index) => {
		if (!isObject(volume.secret)) return [];
		const secret = textAt(volume, "secret.secret");
		const mount = blocksAt(container, "volumeMounts").find(
			({ name }) => name === volume.name,
		);
		const items = blocksAt(volume, "secret.items");
		const wanted =
			items.length > 0
				? items
				: [{ path: secret.split("/").at(-1) ?? "", version: "latest" }];
		return wanted.map((item) => ({
			secret,
			version: textAt(item, "version"),
			path: `spec.template.spec.volumes[${index}].secret.items`,
			deliver: (payload: string) => {
				if (mount !== undefined)
					files[`${textAt(mount, "mountPath")}/${textAt(item, "path")}`] =
						payload;
			},
		}));
	});
}

/** Hands a payload over, or says in Cloud Run's words why it can't. */
function deliver(
	reference: Reference,
	email: string,
	world: World,
): string | undefined {
	const access = accessVersion(world, reference.secret, reference.version);
	if ("problem" in access && access.problem === "not-found")
		return `${reference.path}: Secret ${access.name} was not found`;
	const name =
		"problem" in access ? access.name : textAt(access.entry.properties, "name");
	if (!mayAccess(world, reference.secret, email))
		return `${reference.path}: Permission denied on secret: ${name} for Revision service account ${email}. The service account used must be granted the 'Secret Manager Secret Accessor' role (roles/secretmanager.secretAccessor) at the secret, project or higher level.`;
	if ("problem" in access)
		return `${reference.path}: Secret Version [${access.name}] is in ${access.problem.toUpperCase()} state.`;
	reference.deliver(access.payload);
	return undefined;
}
