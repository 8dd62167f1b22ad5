/** A private certificate authority and the certificates it signs, made when they are needed. */
import { generateKeyPairSync, privateEncrypt, randomBytes } from "node:crypto";
import { isIP } from "node:net";
import forge from "node-forge";

export type Certificate = {
	/** PEM. */
	certificate: string;
	/** PEM, PKCS #8. */
	key: string;
};

export type Authority = {
	/** PEM. */
	certificate: string;
	/**
	 * Signs a certificate for a server.
	 * @param names host names and IP addresses
	 * @param validUntil @default in a day
	 */
	issue: (names: string[], validUntil?: Date) => Certificate;
};

const dayMilliseconds = 24 * 60 * 60 * 1000;

/**
 * Makes a new authority. Its key never leaves this process.
 * @param validUntil @default in a day
 */
export function createAuthority(
	commonName: string,
	validUntil?: Date,
): Authority {
	const keys = newKeys();
	const subject = [{ name: "commonName", value: commonName }];
	const own = newCertificate(keys, subject, subject, validUntil);
	own.setExtensions([
		{ name: "basicConstraints", cA: true, critical: true },
		{ name: "keyUsage", keyCertSign: true, cRLSign: true, critical: true },
		{ name: "subjectKeyIdentifier" },
	]);
	sign(own, keys.pem);
	return {
		certificate: pem(own),
		issue: (names, validUntil) => {
			const serverKeys = newKeys();
			const name = [{ name: "commonName", value: names[0] ?? "server" }];
			const issued = newCertificate(serverKeys, name, subject, validUntil);
			issued.setExtensions([
				{ name: "basicConstraints", cA: false },
				{ name: "extKeyUsage", serverAuth: true },
				{ name: "subjectAltName", altNames: names.map(alternativeName) },
			]);
			sign(issued, keys.pem);
			return { certificate: pem(issued), key: serverKeys.pem };
		},
	};
}

/** Node's own generator takes milliseconds where the library's takes seconds. */
function newKeys() {
	const { privateKey, publicKey } = generateKeyPairSync("rsa", {
		modulusLength: 2048,
		privateKeyEncoding: { type: "pkcs8", format: "pem" },
		publicKeyEncoding: { type: "spki", format: "pem" },
	});
	return {
		pem: privateKey,
		publicKey: forge.pki.publicKeyFromPem(publicKey),
	};
}

/** What stands before a SHA-256 digest in a signature of PKCS #1 (RFC 8017, 9.2). */
const sha256Prefix = Buffer.from(
	"3031300d060960864801650304020105000420",
	"hex",
);

/** Signs with Node's own arithmetic, for the same reason as it makes the keys. */
function sign(certificate: forge.pki.Certificate, keyPem: string): void {
	const key = {
		sign: (digest: forge.md.MessageDigest) =>
			privateEncrypt(
				keyPem,
				Buffer.concat([
					sha256Prefix,
					Buffer.from(digest.digest().toHex(), "hex"),
				]),
			).toString("binary"),
	};
	certificate.sign(
		// The library asks nothing but this of a key.
		key as unknown as forge.pki.rsa.PrivateKey,
		forge.md.sha256.create(),
	);
}

function newCertificate(
	keys: ReturnType<typeof newKeys>,
	subject: forge.pki.CertificateField[],
	issuer: forge.pki.CertificateField[],
	validUntil = new Date(Date.now() + dayMilliseconds),
) {
	const certificate = forge.pki.createCertificate();
	certificate.publicKey = keys.publicKey;
	// A serial number is positive: its first byte must stay below 0x80.
	certificate.serialNumber = `01${randomBytes(8).toString("hex")}`;
	certificate.validity.notBefore = new Date(
		Math.min(Date.now(), validUntil.getTime()) - dayMilliseconds,
	);
	certificate.validity.notAfter = validUntil;
	certificate.setSubject(subject);
	certificate.setIssuer(issuer);
	return certificate;
}

/** The kinds of names in a certificate, as RFC 5280 numbers them. */
function alternativeName(name: string) {
	return isIP(name) !== 0 ? { type: 7, ip: name } : { type: 2, value: name };
}

/** Node and OpenSSL expect line feeds only. */
function pem(certificate: forge.pki.Certificate): string {
	return forge.pki.certificateToPem(certificate).replaceAll("\r\n", "\n");
}
