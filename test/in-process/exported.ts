/** Writes a state as `pulumi stack import` takes it; the engine encrypts what is secret. */
import {
	isObject,
	type Properties,
	Secret,
	type Value,
} from "../../local/provider/values.ts";
import { isProvider, packageOf } from "./aliases.ts";
import type { ResourceState, State } from "./state.ts";

// Constants of the engine's format (sdk/go/common/resource in its source).
const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";

/** What the stand-in's stacks are made with: `tools/stand-in/stack.sh`. */
const SALT =
	"v1:/XTrVs2loh8=:v1:G4twr87bBrTs55jk:dfKPquYZppr8LKv2IR+r+LdpCIJkGg==";

/** The text of an export with values in plain text. */
export function exported(state: State): string {
	const providers = new Map(
		state
			.filter(({ urn }) => isProvider(urn))
			.map(({ type, urn, id }) => [type.split(":")[2] ?? "", `${urn}::${id}`]),
	);
	return JSON.stringify({
		version: 3,
		deployment: {
			secrets_providers: { type: "passphrase", state: { salt: SALT } },
			manifest: { time: new Date(0).toISOString(), magic: "", version: "" },
			resources: state.map((each) => written(each, providers)),
		},
	});
}

function written(
	state: ResourceState,
	providers: ReadonlyMap<string, string>,
): object {
	const { urn, type, custom, id, parent, initErrors, options } = state;
	const { version: _, aliases: __, import: ___, ...kept } = options;
	return {
		...kept,
		urn,
		type,
		custom,
		...(custom && { id }),
		...(parent !== "" && { parent }),
		...(custom &&
			!isProvider(urn) && { provider: providers.get(packageOf(type)) }),
		inputs: writtenProperties(state.inputs),
		outputs: writtenProperties(state.outputs),
		dependencies: state.dependencies,
		propertyDependencies: state.propertyDependencies,
		initErrors,
		delete: state.delete,
		pendingReplacement: state.pendingReplacement,
	};
}

function writtenProperties(properties: Properties): object {
	return Object.fromEntries(
		Object.entries(properties).map(([key, value]) => [
			key,
			writtenValue(value),
		]),
	);
}

function writtenValue(value: Value): unknown {
	if (value instanceof Secret)
		return {
			[SIGNATURE]: SECRET,
			plaintext: JSON.stringify(writtenValue(value.value)),
		};
	if (Array.isArray(value)) return Array.from(value, writtenValue);
	return isObject(value) ? writtenProperties(value) : value;
}
