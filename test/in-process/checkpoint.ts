/** A stack's state as `pulumi stack export` writes it and `pulumi stack import` takes it, between this engine and the real one. */
import { createDecipheriv, pbkdf2Sync } from "node:crypto";
import {
	type Properties,
	Secret,
	type Value,
} from "../../local/provider/values.ts";
import { decodeProperties } from "../../local/provider/wire.ts";
import { isProvider } from "./aliases.ts";
import type { Options, ResourceState, State } from "./state.ts";
import { nameIn } from "./urn.ts";

/** What the stand-in's stacks are made with: `tools/stand-in/environment.sh`. */
const PASSPHRASE = "stand-in";

// Constants of the engine's format (sdk/go/common/resource/config in its source).
const SIGNATURE = "4dabf18193072939515e22adb298388d";
const KEY_ITERATIONS = 1_000_000;
const TAG_BYTES = 16;

type Written = Options & {
	urn: string;
	type: string;
	custom: boolean;
	id?: string;
	inputs?: object;
	outputs?: object;
	parent?: string;
	provider?: string;
	dependencies?: string[];
	propertyDependencies?: Record<string, string[] | null>;
	initErrors?: string[];
	delete?: boolean;
	pendingReplacement?: boolean;
};

type Export = {
	deployment: {
		secrets_providers: { state: { salt: string } };
		resources: Written[];
	};
};

/** The state that an export holds. */
export function stateFrom(exported: string): State {
	const { deployment } = JSON.parse(exported) as Export;
	const decrypt = decrypter(deployment.secrets_providers.state.salt);
	const versions = new Map(
		deployment.resources
			.filter(({ urn }) => isProvider(urn))
			.map(({ urn, inputs }) => [
				urn,
				(inputs as { version?: string } | undefined)?.version,
			]),
	);
	// The engine's own provider is no plugin, and not recorded here.
	const resources = deployment.resources.filter(
		({ type }) => type !== "pulumi:providers:pulumi",
	);
	return resources.map((each): ResourceState => {
		const providerUrn = each.provider?.slice(
			0,
			each.provider.lastIndexOf("::"),
		);
		const version = versions.get(providerUrn ?? "");
		return {
			urn: each.urn,
			type: each.type,
			name: nameIn(each.urn),
			custom: each.custom,
			parent: each.parent ?? "",
			id: each.id ?? "",
			inputs: properties(each.inputs, decrypt),
			outputs: properties(each.outputs, decrypt),
			dependencies: [...(each.dependencies ?? [])].sort(),
			propertyDependencies: Object.fromEntries(
				Object.entries(each.propertyDependencies ?? {}).map(([key, urns]) => [
					key,
					[...(urns ?? [])].sort(),
				]),
			),
			options: { ...optionsOf(each), ...(version && { version }) },
			initErrors: each.initErrors ?? [],
			delete: each.delete ?? false,
			pendingReplacement: each.pendingReplacement ?? false,
		};
	});
}

function optionsOf(written: Written): Options {
	const {
		protect,
		retainOnDelete,
		ignoreChanges,
		replaceOnChanges,
		additionalSecretOutputs,
		deletedWith,
	} = written;
	return JSON.parse(
		JSON.stringify({
			protect,
			retainOnDelete,
			ignoreChanges,
			replaceOnChanges,
			additionalSecretOutputs,
			deletedWith,
		}),
	);
}

function properties(
	written: object = {},
	decrypt: (text: string) => string,
): Properties {
	const revealed = JSON.parse(JSON.stringify(written), (_, value) =>
		value?.[SIGNATURE] !== undefined && "ciphertext" in value
			? {
					[SIGNATURE]: value[SIGNATURE],
					value: JSON.parse(decrypt(value.ciphertext)),
				}
			: value,
	);
	// The engine's own remarks, such as on how a provider was chosen.
	delete revealed.__internal;
	return flat(decodeProperties(revealed)) as Properties;
}

/** A secret in a secret is one secret. */
function flat(value: Value): Value {
	if (value instanceof Secret) {
		const inner = flat(value.value);
		return inner instanceof Secret ? inner : new Secret(inner);
	}
	if (Array.isArray(value)) return value.map(flat);
	if (typeof value !== "object" || value === null) return value;
	return Object.fromEntries(
		Object.entries(value).map(([key, inner]) => [key, flat(inner)]),
	);
}

const keys = new Map<string, Buffer>();

/** AES-256-GCM with a key made of the passphrase: `v1:<nonce>:<text and tag>`, both in base64. */
function decrypter(salt: string): (text: string) => string {
	const [, encodedSalt = ""] = salt.split(":");
	const key =
		keys.get(salt) ??
		pbkdf2Sync(
			PASSPHRASE,
			Buffer.from(encodedSalt, "base64"),
			KEY_ITERATIONS,
			32,
			"sha256",
		);
	keys.set(salt, key);
	return (text) => {
		const [, nonce = "", sealed = ""] = text.split(":");
		const bytes = Buffer.from(sealed, "base64");
		const decipher = createDecipheriv(
			"aes-256-gcm",
			key,
			Buffer.from(nonce, "base64"),
		);
		decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
		return Buffer.concat([
			decipher.update(bytes.subarray(0, -TAG_BYTES)),
			decipher.final(),
		]).toString("utf8");
	};
}
