/** Checks the authorities' certificates that a service trusts. */
import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { FormError } from "./access.ts";

const pemBlock = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/** @throws {FormError} unless the text holds certificates that can be read and, if it is only one, has not expired. */
export function requireCertificates(pem: string): void {
	const blocks = pem.match(pemBlock) ?? [];
	if (blocks.length === 0) {
		throw new FormError("holds no certificate in PEM");
	}
	for (const [index, block] of blocks.entries()) {
		const which = `certificate ${index + 1} of ${blocks.length}`;
		let certificate: X509Certificate;
		try {
			certificate = new X509Certificate(block);
		} catch {
			throw new FormError(`${which} cannot be read`);
		}
		// One that has expired is harmless as long as another one is valid: authorities overlap when they change.
		if (blocks.length === 1 && certificate.validToDate < new Date()) {
			throw new FormError(
				`${which} expired on ${certificate.validToDate.toISOString().slice(0, 10)}`,
			);
		}
	}
}

/** @throws {FormError} unless the file holds the same certificates. */
export function requireSameFile(path: string, pem: string): void {
	const content = contentOf(path, "is not mounted where the URL names it");
	if (content.trim() !== pem.trim()) {
		throw new FormError(`differs from the file ${path} that the URL names`);
	}
}

/**
 * The content of a file.
 * @throws {FormError} that begins with `problem`, if it cannot be read.
 */
export function contentOf(path: string, problem: string): string {
	try {
		return readFileSync(path, "utf8");
	} catch (error) {
		const { code } = error as NodeJS.ErrnoException;
		throw new FormError(`${problem}: ${path} (${code})`);
	}
}
