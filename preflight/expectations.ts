/** What a service's environment must hold, from its checklist. */
import type {
	CheckedSource,
	Checklist,
	PlainForm,
} from "../contract/checklist.ts";
import { secretIdIn } from "../contract/names.ts";

/** A secret that the service binds. */
export type Secret = {
	/** In the contract. */
	id: string;
	/** In Secret Manager. */
	secretId: string;
	source: CheckedSource;
};

/** A variable that must be set. */
export type Expectation = {
	variable: string;
	/** For a variable that holds a secret's version. */
	secret?: Secret;
	/** For a plain variable: what it holds. */
	plain?: PlainForm;
};

/** Every variable that the service must have. */
export function expectationsOf(checklist: Checklist): Expectation[] {
	return [
		...Object.entries(checklist.variables).map(
			([variable, plain]): Expectation => ({ variable, plain }),
		),
		...secretsOf(checklist, checklist.secrets).map(
			([variable, secret]): Expectation => ({ variable, secret }),
		),
	];
}

/** What variables, or files, hold: their name and the secret. */
export function secretsOf(
	{ sources, environment }: Checklist,
	bound: Readonly<Record<string, string>>,
): [name: string, secret: Secret][] {
	return Object.entries(bound).flatMap(([name, id]) => {
		const source = sources[id];
		return source === undefined
			? []
			: [[name, { id, secretId: secretIdIn(id, environment), source }]];
	});
}
