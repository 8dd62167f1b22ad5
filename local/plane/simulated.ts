/** A data plane in which everything that is asked for works at once, at addresses such as the cloud's. */
import { createHash, randomBytes, randomUUID } from "node:crypto";
import { type Properties, textAt } from "../provider/values.ts";
import type {
	Certificate,
	DataPlane,
	Outcome,
	RedisEndpoint,
} from "./data-plane.ts";

const DAY_MS = 24 * 60 * 60 * 1000;
const READY: Outcome = { ok: true };

/** The last number of an address, always the same for a name. */
function hostNumber(name: string): number {
	return 2 + (createHash("sha256").update(name).digest().readUInt16BE() % 250);
}

/** Something in the form of a certificate: the right armour around random bytes. Nothing simulated ever opens it. */
function certificate(commonName: string, days: number): Certificate {
	const der = randomBytes(760);
	const lines = der.toString("base64").match(/.{1,64}/g) ?? [];
	return {
		cert: `-----BEGIN CERTIFICATE-----\n${lines.join("\n")}\n-----END CERTIFICATE-----\n`,
		commonName,
		sha1Fingerprint: createHash("sha1").update(der).digest("hex"),
		createTime: new Date().toISOString(),
		expireTime: new Date(Date.now() + days * DAY_MS).toISOString(),
	};
}

export class SimulatedPlane implements DataPlane {
	async startSqlInstance(_project: string, instance: Properties) {
		const name = textAt(instance, "name");
		return {
			privateAddress: `10.64.0.${hostNumber(name)}`,
			publicAddress: `203.0.113.${hostNumber(name)}`,
			authority: certificate(
				`C=US,O=Google\\, Inc,CN=Google Cloud SQL Server CA,dnQualifier=${randomUUID()}`,
				3650,
			),
		};
	}
	async stopSqlInstance() {}
	async createDatabase() {}
	async dropDatabase() {}
	async setUser() {}
	async dropUser() {}

	async startRedis(
		_project: string,
		instance: Properties,
		prior: RedisEndpoint | undefined,
	) {
		const hasTls = instance.transitEncryptionMode === "SERVER_AUTHENTICATION";
		const hasAuth = instance.authEnabled === true;
		return {
			host: prior?.host ?? `10.64.1.${hostNumber(textAt(instance, "name"))}`,
			port: hasTls ? 6378 : 6379,
			authString: hasAuth ? prior?.authString || randomUUID() : "",
			authorities: hasTls
				? (prior?.authorities ?? [certificate("CN=Memorystore CA", 3650)])
				: [],
		};
	}
	async stopRedis() {}
	async startRevision() {
		return READY;
	}
	async outcomeOf() {
		return READY;
	}
	async route() {}
	async stopService() {}
	async runExecution() {
		return READY;
	}
	async stopJob() {}
}
