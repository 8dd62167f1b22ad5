/** Where the contract says something else than the second key. */
import { secretIdIn, variableIn } from "../contract/names.ts";
import { own } from "../contract/own-keys.ts";
import type { PlainValue, ServiceContract } from "../contract/schema.ts";
import { isGenerated, type SecretSource } from "../contract/sources.ts";
import type { Expected } from "./expected.ts";
import { rowsOfNothing } from "./key-rows.ts";
import { otherStatements } from "./key-statements.ts";
import { contractSays, isMeant, isSame, keySays } from "./key-words.ts";
import type { Finding } from "./rule.ts";
import { secondKeyFile } from "./second-key.ts";

/** Every difference, as findings in which a critical name suffers. */
export function* differences(expected: Expected): Generator<Finding> {
	for (const each of [
		...otherBindings(expected),
		...otherSources(expected),
		...otherStatements(expected),
		...rowsOfNothing(expected),
		...unequal(expected),
		...undiffering(expected),
		...secretsOfNone(expected),
		...absentSecrets(expected),
	]) {
		yield { ...each, critical: true };
	}
}

/** Names that hold another secret, or have another value. That one is gone is for `critical-list` to say. */
function* otherBindings({
	platform,
	secondKey,
	environment,
}: Expected): Generator<Finding> {
	for (const [service, names] of Object.entries(secondKey.services)) {
		const contract = own(platform.services, service);
		for (const [name, { secret, value, why }] of Object.entries(names)) {
			const says = (what: string) =>
				`${keySays(`services.${service}.${name}`, what)} (${why})`;
			const found = contract && boundTo(contract, name);
			if (
				secret !== undefined &&
				found !== undefined &&
				found.secret !== secret
			) {
				yield {
					service,
					variable: isPath(name) ? undefined : variableIn(name, environment),
					secretId: secretIdIn(found.secret, environment),
					found: contractSays(
						`services.${service}.${found.list}.${name}`,
						`the secret ${found.secret}`,
					),
					needed: says(`the secret ${secret}`),
				};
			}
			const plain = contract && own(contract.variables, name);
			if (value !== undefined && plain !== undefined && !isSame(plain, value)) {
				yield {
					service,
					variable: variableIn(name, environment),
					found: contractSays(
						`services.${service}.variables.${name}`,
						shownPlain(plain),
					),
					needed: says(JSON.stringify(value)),
				};
			}
		}
	}
}

const isPath = (name: string) => name.startsWith("/");

function boundTo(
	contract: ServiceContract,
	name: string,
): { secret: string; list: "secrets" | "secretFiles" } | undefined {
	const list = isPath(name) ? "secretFiles" : "secrets";
	const secret = own(contract[list], name);
	return secret === undefined ? undefined : { secret, list };
}

/** A text that somebody wrote by mistake may be a secret. */
const shownPlain = (value: PlainValue) =>
	typeof value === "string"
		? "another text"
		: "from" in value
			? JSON.stringify(value)
			: "a text for each environment";

const shownSource = (source: SecretSource) =>
	source.from === "constant" ? "another constant" : JSON.stringify(source);

/** Secrets that are made from something else, that are gone, or that the second key should know. */
function* otherSources({
	platform,
	secondKey,
	environment,
}: Expected): Generator<Finding> {
	const declared = new Map(platform.secrets.map((each) => [each.id, each]));
	for (const [id, source] of Object.entries(secondKey.secrets)) {
		const found = declared.get(id);
		if (!isSame(found?.source, source)) {
			yield {
				service: found?.criticalIn[0],
				secretId: secretIdIn(id, environment),
				found: contractSays(
					"secrets",
					found === undefined
						? `no '${id}'`
						: `${shownSource(found.source)} as the source of '${id}'`,
				),
				needed: keySays(`secrets.${id}`, JSON.stringify(source)),
			};
		}
	}
	for (const { id, source, criticalIn } of platform.secrets) {
		const keepsData = isGenerated(source) && source.dataDepends === true;
		if (
			(criticalIn.length > 0 || keepsData) &&
			own(secondKey.secrets, id) === undefined
		) {
			yield {
				service: criticalIn[0],
				secretId: secretIdIn(id, environment),
				found: `no source of '${id}' in ${secondKeyFile}, though ${
					keepsData
						? "stored data depends on it"
						: `criticalIn in contract/platform.ts names ${criticalIn.join(" and ")}`
				}`,
				needed: "the source, in both files",
				fix: `add "${id}" with its source to "secrets" in ${secondKeyFile}`,
			};
		}
	}
}

/** A variable of a service that the second key does not already call wrong, and its secret. */
type Bound = { service: string; name: string; secret: string };

function boundUnder(
	{ platform, secondKey }: Expected,
	names: readonly string[],
): Bound[] {
	return Object.entries(platform.services).flatMap(([service, contract]) => {
		const listed = own(secondKey.services, service) ?? {};
		return names.flatMap((name) => {
			const secret = own(contract.secrets, name);
			const wanted = own(listed, name)?.secret ?? secret;
			return secret === undefined || secret !== wanted
				? []
				: [{ service, name, secret }];
		});
	});
}

const shown = ({ service, name }: Bound) => `${name} of ${service}`;

function* unequal(expected: Expected): Generator<Finding> {
	for (const [why, names] of Object.entries(expected.secondKey.equal)) {
		const [first, ...others] = boundUnder(expected, names);
		for (const each of others) {
			if (first !== undefined && each.secret !== first.secret) {
				yield {
					...subject(each, expected),
					found: `the secret ${each.secret} in contract/platform.ts, and ${first.secret} under ${shown(first)}`,
					needed: keySays("equal", `one secret for ${names.join(" and ")}`),
					fix: `bind both to one secret: ${why}`,
				};
			}
		}
	}
}

function* undiffering(expected: Expected): Generator<Finding> {
	const { secondKey } = expected;
	const isListed = ({ service, name }: Bound) =>
		own(own(secondKey.services, service) ?? {}, name) !== undefined;
	for (const [why, names] of Object.entries(secondKey.differ)) {
		const bySecret = Map.groupBy(
			boundUnder(expected, names),
			({ secret }) => secret,
		);
		for (const bound of bySecret.values()) {
			// What the second key lists for itself is where it belongs.
			const each = bound.find((one) => !isListed(one)) ?? bound.at(-1);
			const other = bound.find(({ name }) => name !== each?.name);
			if (each !== undefined && other !== undefined) {
				yield {
					...subject(each, expected),
					found: `the secret ${each.secret} in contract/platform.ts, which ${shown(other)} holds too`,
					needed: keySays("differ", "a secret of its own"),
					fix: `give each its own secret: ${why}`,
				};
			}
		}
	}
}

const subject = (
	{ service, name, secret }: Bound,
	{ environment }: Expected,
) => ({
	service,
	variable: variableIn(name, environment),
	secretId: secretIdIn(secret, environment),
});

function* secretsOfNone({ services, secondKey }: Expected): Generator<Finding> {
	for (const { service, bindings } of services) {
		const why = own(secondKey.noSecrets, service);
		for (const each of [...bindings.secrets, ...bindings.files]) {
			if (why !== undefined) {
				yield {
					service,
					variable: "variable" in each ? each.variable : undefined,
					secretId: each.secretId,
					found: contractSays(
						`services.${service}`,
						`the secret ${each.secret}`,
					),
					needed: `${keySays(`noSecrets.${service}`, "no secret")} (${why})`,
					fix: noSecretsFix,
				};
			}
		}
	}
}

function* absentSecrets(expected: Expected): Generator<Finding> {
	for (const [secretId, { id }] of expected.secrets) {
		const why = whyAbsent(expected, id);
		if (why !== undefined) {
			yield {
				secretId,
				found: contractSays("secrets", `'${id}' in ${expected.environment}`),
				needed: absentNeeded(expected, why),
				fix: `leave ${expected.environment} out of the secret's environments`,
			};
		}
	}
}

export const noSecretsFix =
	"take the secret from the service; another service, which may have it, answers for this one";

export const absentNeeded = ({ environment }: Expected, why: string) =>
	`${keySays(`absent.${environment}`, "no such secret")} (${why})`;

/** Why an environment must not have a secret; undefined if it may. */
export function whyAbsent(
	{ secondKey, environment }: Expected,
	id: string,
): string | undefined {
	const patterns = secondKey.absent[environment] ?? {};
	return Object.entries(patterns).find(([pattern]) =>
		isMeant(pattern, id),
	)?.[1];
}
