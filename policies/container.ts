/** The containers of a workload, and what they get as variables. */
import { at, type Data, dataOf, listAt, type Reading, textAt } from "./read.ts";
import {
	parseSecretReference,
	type SecretReference,
} from "./secret-reference.ts";

/** A version of a secret, as a variable or a file names it. */
export type SecretUse = {
	secret: Reading<SecretReference>;
	version: Reading<string>;
};

export type Variable = {
	name: Reading<string>;
	/** The value where it is written into the workload. */
	value: Reading<string>;
	/** The secret where the value comes from one. */
	secret: SecretUse | undefined;
};

export type Container = {
	data: Data;
	image: Reading<string>;
	variables: Reading<readonly Variable[]>;
};

export function containerOf(data: Data): Container {
	const list = listAt(data, "envs");
	return {
		data,
		image: textAt(data, "image"),
		variables:
			list.state === "unknown"
				? list
				: {
						state: "known",
						value: list.state === "known" ? list.value.map(variable) : [],
					},
	};
}

function variable(data: Data): Variable {
	const reference = at(data, "valueSource", "secretKeyRef");
	const value = textAt(data, "value");
	return {
		name: textAt(data, "name"),
		value: value.state === "missing" ? { state: "known", value: "" } : value,
		secret:
			reference.state === "missing" ? undefined : secretUse(dataOf(reference)),
	};
}

/** What a reference to a secret, or a volume's source, says. */
export function secretUse(data: Data): SecretUse {
	const secret = textAt(data, "secret");
	return {
		secret:
			secret.state === "known"
				? { state: "known", value: parseSecretReference(secret.value) }
				: secret,
		version: textAt(data, "version"),
	};
}

/** The container that takes the requests; where none has a port, as in a job, the first. */
export function mainOf(
	containers: readonly Container[],
): Container | undefined {
	return (
		containers.find(
			({ data }) => at(data, "ports", "containerPort").state !== "missing",
		) ?? containers[0]
	);
}
