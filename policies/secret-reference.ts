/** Which secret a property means: by what is written there, or by the resource that the value comes from. */
import { type Reading, textAt } from "./read.ts";
import { type Stack, type StackResource, types } from "./stack.ts";

export type SecretReference = {
	/** The secret's id in Secret Manager. */
	secretId: string;
	/** The project's id or number, where the reference names it. */
	project: string | undefined;
};

/** Reads `ID`, `projects/P/secrets/ID` and what follows it, `/versions/N`. */
export function parseSecretReference(text: string): SecretReference {
	const full = /^projects\/([^/]+)\/secrets\/([^/]+)(?:\/.*)?$/.exec(text);
	return full === null
		? { secretId: text, project: undefined }
		: { secretId: full[2] as string, project: full[1] };
}

/**
 * The secret that a whole property of a resource means, such as a version's `secret` or a grant's `secretId`. Where
 * the value is unknown, the one Secret that it was made from decides.
 */
export function secretOf(
	stack: Stack,
	resource: StackResource,
	property: string,
): Reading<SecretReference> {
	const written = textAt(resource.properties, property);
	if (written.state === "known") {
		return { state: "known", value: parseSecretReference(written.value) };
	}
	const [source, ...others] = stack.madeFrom(resource, property, types.secret);
	if (source === undefined || others.length > 0) {
		return written;
	}
	const secretId = textAt(source.properties, "secretId");
	return secretId.state === "known"
		? {
				state: "known",
				value: { secretId: secretId.value, project: undefined },
			}
		: secretId;
}
