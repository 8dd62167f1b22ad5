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

/** A variable that must be set, or a file that must be there: its path stands for a name. */
export type Expectation = {
	variable: string;
	/** For a variable that holds a secret's version. */
	secret?: Secret;
	/** For a plain variable: what it holds. */
	plain?: PlainForm;
};

/** Every variable and every secret file that the service must have. */
export function expectationsOf(checklist: Checklist): Expectation[] {
	return [
		...Object.entries(checklist.variables).map(
			([variable, plain]): Expectation => ({ variable, plain }),
		),
		...secretsOf(checklist).map(
			([variable, secret]): Expectation => ({ variable, secret }),
		),
	];
}

/** The secret that each variable and each file holds. */
export function secretsOf({
	secrets,
	files,
	sources,
	environment,
}: Checklist): [variable: string, secret: Secret][] {
	return Object.entries({ ...secrets, ...files }).flatMap(([name, id]) => {
		const source = sources[id];
		return source === undefined
			? []
			: [[name, { id, secretId: secretIdIn(id, environment), source }]];
	});
}
