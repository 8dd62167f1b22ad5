/** Certificates that outlive a process: each server keeps its own, and its authority's certificate, beside its data. */
import { X509Certificate } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
	createAuthority,
	type Certificate as ServerCertificate,
} from "../../servers/certificates.ts";
import type { Certificate } from "../data-plane.ts";
import type { Layout } from "./layout.ts";

export type Identity = {
	/** The authority's certificate, PEM. */
	authority: string;
	server: ServerCertificate;
};

const validYears = 10;

/** The identity in the file; made and kept there where there is none. */
export function identityIn(
	file: string,
	authorityName: string,
	hosts: string[],
): Identity {
	if (existsSync(file)) return JSON.parse(readFileSync(file, "utf8"));
	const validUntil = new Date();
	validUntil.setFullYear(validUntil.getFullYear() + validYears);
	const authority = createAuthority(authorityName, validUntil);
	const identity = {
		authority: authority.certificate,
		server: authority.issue(hosts, validUntil),
	};
	writeFileSync(file, JSON.stringify(identity), { mode: 0o600 });
	return identity;
}

/** The identity of what stands in for services outside of the VPC, which have one of a public authority. */
export function outsideIdentity({ folder }: Pick<Layout, "folder">): Identity {
	return identityIn(
		join(folder, "clickhouse-certificates.json"),
		"ClickHouse stand-in",
		["localhost", "127.0.0.1"],
	);
}

/** A certificate as the API describes it. */
export function describeCertificate(pem: string): Certificate {
	const read = new X509Certificate(pem);
	return {
		cert: pem,
		commonName: read.subject.replaceAll("\n", ","),
		sha1Fingerprint: read.fingerprint.replaceAll(":", "").toLowerCase(),
		createTime: read.validFromDate.toISOString(),
		expireTime: read.validToDate.toISOString(),
	};
}
