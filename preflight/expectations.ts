/** What a service's environment must hold, from the contract; also while nobody knows which environment it is. */
import { bindingsFor, serviceContract } from "../contract/bindings.ts";
import { type Environment, environments } from "../contract/environments.ts";
import { variableIn } from "../contract/names.ts";
import type {
	PlainValue,
	Platform,
	SecretContract,
} from "../contract/schema.ts";
import { unknownEnvironment } from "./outcome.ts";

/** A variable that must be set. */
export type Expectation = {
	variable: string;
	/** For a variable that holds a secret's version. */
	secret?: { contract: SecretContract; secretId: string };
	/** For a plain variable: where its value comes from. */
	plain?: PlainValue;
};

/** The environment that the variables name, or undefined if they name none. */
export function environmentNamed(
	platform: Platform,
	service: string,
	variables: NodeJS.ProcessEnv,
): Environment | undefined {
	const named = Object.entries(serviceContract(platform, service).variables)
		.filter(([, value]) => comesFrom(value, "environment"))
		.map(([name]) => variables[name]);
	return environments.find((environment) => named.includes(environment));
}

/** True if a plain variable's value is the environment's name, or the project's. */
export function comesFrom(
	value: PlainValue,
	origin: "environment" | "project",
): boolean {
	return typeof value === "object" && "from" in value && value.from === origin;
}

/**
 * Every variable that a service must have.
 * @param environment undefined as long as it is unknown: names then carry a placeholder, and secrets that exist in
 * some environments only are left out
 */
export function expectationsOf(
	platform: Platform,
	service: string,
	environment: Environment | undefined,
): Expectation[] {
	const contract = serviceContract(platform, service);
	const byId = new Map(platform.secrets.map((each) => [each.id, each]));
	const named = (name: string) =>
		environment === undefined
			? name.replace("{ENV}", unknownEnvironment.toUpperCase())
			: variableIn(name, environment);
	const plain = Object.entries(contract.variables).map(
		([name, value]): Expectation => ({ variable: named(name), plain: value }),
	);
	const bound =
		environment === undefined
			? Object.entries(contract.secrets).map(([name, id]) => ({
					variable: named(name),
					secret: id,
					secretId: `${id}-${unknownEnvironment}`,
				}))
			: bindingsFor(platform, service, environment).secrets;
	return [
		...plain,
		...bound.flatMap(({ variable, secret: id, secretId }): Expectation[] => {
			const secret = byId.get(id);
			return secret === undefined ||
				(environment === undefined && secret.environments !== undefined)
				? []
				: [{ variable, secret: { contract: secret, secretId } }];
		}),
	];
}
