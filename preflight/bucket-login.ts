/** What a service uses a bucket with: its name and address, and the key that it is given, or the service's own account. */
import { attributesOf, type StoreAttribute, s3 } from "../contract/stores.ts";
import { FormError } from "./access.ts";
import type { KeyPair } from "./aws-signature.ts";
import {
	type Bound,
	type BoundValues,
	type Given,
	given,
} from "./bound-values.ts";

export type BucketAccess = {
	bucket: string;
	/** `https://` and a host. */
	endpoint: string;
	region: string;
	/** A key, or the host that gives out tokens of the service's own account. */
	as: KeyPair | { metadataHost: string };
};

/**
 * Undefined where the service does not take the bucket's name, where something that it takes cannot be used, and on a
 * laptop: there is no account there, and what the stand-in makes is nothing to the real Cloud Storage.
 */
export function bucketLogin(
	values: BoundValues,
	store: string,
): Given<BucketAccess> | undefined {
	for (const attribute of attributesOf.bucket) {
		noteDifferences(values, store, attribute);
	}
	const name = values.part(store, "name");
	const secret = values.part(store, "secret-access-key");
	if (name === undefined || values.lacks(store, attributesOf.bucket)) {
		return undefined;
	}
	const bucket = inForm(values, name, bucketName, "is no name of a bucket");
	const bound = values.part(store, "endpoint");
	const address =
		bound === undefined
			? s3.endpoint
			: inForm(values, bound, httpsAddress, "is not in the form https://HOST");
	const as = authentication(values, store);
	const endpoint =
		values.checklist.environment === "local" ? standIn(values, as) : address;
	return bucket === undefined || address === undefined || endpoint === undefined
		? undefined
		: given(store, secret ?? name, {
				bucket,
				endpoint,
				region: values.text(store, "region") ?? s3.region,
				as,
			});
}

const bucketName = /^[a-z0-9][a-z0-9._-]{1,61}[a-z0-9]$/;
const httpsAddress = /^https:\/\/[\w.-]+(?::\d{1,5})?$/;

/** Several variables may hold one attribute. */
function noteDifferences(
	values: BoundValues,
	store: string,
	attribute: StoreAttribute,
): void {
	const [first, ...others] = values.all(store, attribute);
	for (const other of others) {
		if (first !== undefined && values.value(other) !== values.value(first)) {
			values.note(other, `differs from the ${attribute} in ${first.variable}`);
		}
	}
}

/** A value in a form; otherwise undefined, and noted in words that end a sentence. */
function inForm(
	values: BoundValues,
	bound: Bound,
	form: RegExp,
	problem: string,
): string | undefined {
	return values.attempt(bound, () => {
		const value = values.value(bound);
		if (!form.test(value)) {
			throw new FormError(problem);
		}
		return value;
	});
}

/** Google's own libraries have this one, and take another from the variable. */
const metadataHost = "metadata.google.internal";

function authentication(
	values: BoundValues,
	store: string,
): BucketAccess["as"] {
	const accessKeyId = values.text(store, "access-key-id");
	const secretAccessKey = values.text(store, "secret-access-key");
	return accessKeyId !== undefined && secretAccessKey !== undefined
		? { accessKeyId, secretAccessKey }
		: { metadataHost: values.variables.GCE_METADATA_HOST ?? metadataHost };
}

/** What answers on a laptop for Cloud Storage: it knows keys, and no accounts. */
function standIn(
	{ variables }: BoundValues,
	as: BucketAccess["as"],
): string | undefined {
	return "accessKeyId" in as ? variables.STORAGE_EMULATOR_HOST : undefined;
}
