/** Why an attempt failed, and whether another one could end differently. */
import { own } from "../contract/own-keys.ts";

/** An attempt that failed for a reason that is understood. */
export class Failure extends Error {
	override name = "Failure";
	/** What a person can do about it. */
	readonly fix: string;
	/** Trying again cannot help: a wrong password stays wrong. */
	readonly definite: boolean;

	constructor(
		fact: string,
		options: { fix: string; definite: boolean; cause?: unknown },
	) {
		super(fact, { cause: options.cause });
		this.fix = options.fix;
		this.definite = options.definite;
	}
}

/** What the remedies of a dependency say. */
export type DependencyRemedies = {
	/** The server cannot be reached, or does not answer. */
	network: string;
	/** Its certificate is not the one it should be. */
	certificate: string;
};

const networkFacts: Record<string, string> = {
	ECONNREFUSED: "the server refuses connections",
	ECONNRESET: "the connection was dropped",
	EPIPE: "the connection was dropped",
	ETIMEDOUT: "no answer from the network",
	EHOSTUNREACH: "there is no way to the host",
	ENETUNREACH: "there is no way to the network",
	ENOTFOUND: "the name does not resolve",
	EAI_AGAIN: "the name does not resolve",
	ENOENT: "there is no socket",
};

const certificateFacts: Record<string, string> = {
	CERT_HAS_EXPIRED: "its certificate has expired",
	CERT_NOT_YET_VALID: "its certificate is not valid yet",
	ERR_TLS_CERT_ALTNAME_INVALID: "its certificate is for another name",
	SELF_SIGNED_CERT_IN_CHAIN: "its certificate is signed by another authority",
	DEPTH_ZERO_SELF_SIGNED_CERT: "its certificate is signed by itself",
	UNABLE_TO_VERIFY_LEAF_SIGNATURE:
		"its certificate is signed by another authority",
	UNABLE_TO_GET_ISSUER_CERT: "its certificate is signed by another authority",
	UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
		"its certificate is signed by another authority",
	CERT_SIGNATURE_FAILURE: "its certificate is signed by another authority",
};

/**
 * What an error of Node's own means: of the network, of name resolution, of TLS.
 * @returns undefined for an error without a code of that kind
 */
export function connectionFailure(
	error: unknown,
	remedies: DependencyRemedies,
): Failure | undefined {
	const code = codeOf(error);
	if (code === undefined) {
		return undefined;
	}
	const networkFact = own(networkFacts, code);
	if (networkFact !== undefined) {
		return new Failure(`${networkFact} (${code})`, {
			fix: remedies.network,
			definite: false,
			cause: error,
		});
	}
	const certificateFact =
		own(certificateFacts, code) ??
		(code === "EPROTO" || code.startsWith("ERR_SSL_")
			? "the server does not speak TLS"
			: undefined);
	return certificateFact === undefined
		? undefined
		: new Failure(`${certificateFact} (${code})`, {
				fix: remedies.certificate,
				definite: true,
				cause: error,
			});
}

/** The code of an error, or of the one that caused it. */
function codeOf(error: unknown): string | undefined {
	if (!(error instanceof Error)) {
		return undefined;
	}
	const { code } = error as NodeJS.ErrnoException;
	return typeof code === "string" ? code : codeOf(error.cause);
}
