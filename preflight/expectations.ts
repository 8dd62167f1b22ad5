/** What a service's environment must hold, from the contract. */
import { bindingsFor, serviceContract } from "../contract/bindings.ts";
import type { Environment } from "../contract/environments.ts";
import { variableIn } from "../contract/names.ts";
import type {
	PlainValue,
	Platform,
	SecretContract,
} from "../contract/schema.ts";

/** A variable that must be set, or a file that must be there: its path stands for a name. */
export type Expectation = {
	variable: string;
	/** For a variable that holds a secret's version. */
	secret?: { contract: SecretContract; secretId: string };
	/** For a plain variable: where its value comes from. */
	plain?: PlainValue;
};

/** True if a plain variable's value is the environment's name, or the project's. */
export function comesFrom(
	value: PlainValue,
	origin: "environment" | "project",
): boolean {
	return typeof value === "object" && "from" in value && value.from === origin;
}

/** Every variable and every secret file that a service must have. */
export function expectationsOf(
	platform: Platform,
	service: string,
	environment: Environment,
): Expectation[] {
	const contract = serviceContract(platform, service);
	const byId = new Map(platform.secrets.map((each) => [each.id, each]));
	const plain = Object.entries(contract.variables).map(
		([name, value]): Expectation => ({
			variable: variableIn(name, environment),
			plain: value,
		}),
	);
	const { secrets, files } = bindingsFor(platform, service, environment);
	const bound = [
		...secrets,
		...files.map(({ path, ...file }) => ({ ...file, variable: path })),
	];
	return [
		...plain,
		...bound.flatMap(({ variable, secret: id, secretId }): Expectation[] => {
			const secret = byId.get(id);
			return secret === undefined
				? []
				: [{ variable, secret: { contract: secret, secretId } }];
		}),
	];
}
