import { describe, expect, it } from "@jest/globals";
import { checklistVariable, readChecklist } from "../../contract/checklist.ts";
import { environments } from "../../contract/environments.ts";
import { platform } from "../../contract/platform.ts";
import type { Platform } from "../../contract/schema.ts";
import { checklistOf } from "../../contract/service-checklist.ts";
import { firstDifference, wantedChecklist } from "../../policies/checklist.ts";
import { expectedIn } from "../../policies/expected.ts";
import { parseSecondKey } from "../../policies/second-key.ts";
import { secondKey } from "../../policies/shipped-key.ts";
import { withBuckets } from "../fixtures/buckets.ts";
import { langfuse } from "../fixtures/contracts/langfuse.ts";
import { votes } from "../fixtures/contracts/votes.ts";
import { overTls } from "../fixtures/over-tls.ts";
import { messageAfter } from "./message-after.ts";

/** With a sibling that turns preflight away, and a constant that nobody else has. */
const withMore = structuredClone(platform);
(withMore.services.auth as Platform["services"][string]).public = false;
withMore.secrets.push({
	id: "planted",
	source: { from: "constant", value: "planted-0123456789" },
	criticalIn: [],
});
Object.assign(withMore.services.backend?.secrets ?? {}, { PLANTED: "planted" });

const contracts: [string, Platform][] = Object.entries({
	platform,
	votes,
	langfuse,
	withBuckets: withBuckets(),
	overTls: overTls(),
	withMore,
});
const everywhere = contracts.flatMap(([, contract]) =>
	environments.flatMap((environment) =>
		Object.keys(contract.services).map(
			(service) => [contract, service, environment] as const,
		),
	),
);

describe("a checklist", () => {
	it("is read as it was made, and is what the pack makes of the same contract", () => {
		for (const [contract, service, environment] of everywhere) {
			const made = checklistOf(contract, secondKey, service, environment);
			expect(readChecklist(JSON.stringify(made))).toEqual(made);
			const expected = expectedIn(contract, secondKey, environment);
			for (const each of expected.services) {
				expect(
					firstDifference(
						wantedChecklist(expected, each),
						checklistOf(contract, secondKey, each.service, environment),
					),
				).toBeUndefined();
			}
		}
	});

	it("[R-063] holds no value of a secret, and none of a plain variable", () => {
		for (const [contract, service, environment] of everywhere) {
			const text = JSON.stringify(
				checklistOf(contract, secondKey, service, environment),
			);
			for (const value of ["planted-0123456789", 'netra-backend"', "HS256"]) {
				expect(text).not.toContain(value);
			}
		}
	});

	it("[R-061] tells of the siblings that answer everybody", () => {
		const of = (contract: Platform) =>
			checklistOf(contract, secondKey, "frontend", "production").siblings;
		expect(of(platform)).toEqual({
			backend: {
				variable: "NEXT_PUBLIC_API_URL",
				path: "/health/ready",
				cloudRunName: "netra-backend-production",
			},
			auth: {
				variable: "NEXT_PUBLIC_AUTH_URL",
				path: "/health/ready",
				cloudRunName: "netra-auth-production",
			},
		});
		expect(Object.keys(of(withMore))).toEqual(["backend"]);
	});
});

describe("a contract", () => {
	const template = (text: string) => (contract: Platform) => {
		contract.secrets.push({
			id: "composed",
			source: { from: "template", text },
			criticalIn: [],
		});
		Object.assign(contract.services.auth?.secrets ?? {}, {
			COMPOSED: "composed",
		});
	};

	it("is refused where a service's checklist is larger than a job's variable", () => {
		expect(
			messageAfter(template(`{database.user}${"x".repeat(30_000)}`)),
		).toMatch(
			/^contract\/platform\.ts does not hold together:\n {2}services\.auth: has so many variables, secrets and templates that what its preflight job is told takes 3\d{4} bytes, where a variable of a job has room for 28672: shorten its templates, or bind less$/,
		);
	});

	it("is refused where a variable has the checklist's name", () => {
		expect(
			messageAfter(({ services }) =>
				Object.assign(services.auth?.variables ?? {}, {
					[checklistVariable]: "{}",
				}),
			),
		).toBe(
			"contract/platform.ts does not hold together:\n  services.auth.variables.PREFLIGHT_CHECKLIST: is how a job tells preflight what to check: choose another name",
		);
	});

	it.each([
		"postgresql://app:planted-01@{database.host}/app",
		"https://elsewhere.org/?user={database.user}&password=planted-01",
		'{"user":"{database.user}","password":"planted-01"}',
		"sk-planted0123456789 {database.user}",
	])(
		"is refused where the fixed text of a template has a secret: %s",
		(text) => {
			const message = messageAfter(template(text));
			expect(message).toContain(
				"secrets.composed.source.text: has what looks like a secret in its fixed text, which the job that tries it shows as plain text: make it a secret of its own, and write {<its id>}",
			);
		},
	);

	it.each([
		"postgresql://{database.user}:{database.password}@/netra?host={database.host}",
		"user={database.user} password={database.password} dbname=netra",
		"token=app-{jwt-secret}",
		'{"user":"{database.user}","password":"{database.password}"}',
		"Authorization=Bearer {jwt-secret}",
		"{redis.host}:{redis.port}",
		"{database.user}:{database.password}",
	])("may have a template whose secrets are its parts: %s", (text) => {
		expect(messageAfter(template(text))).toBe("accepted");
	});
});

describe("the second key", () => {
	it("is refused where its prohibitions leave the contract no room", () => {
		const forbiddenVariables = Object.fromEntries(
			Array.from({ length: 300 }, (_, index) => [
				`FORBIDDEN_${index}_*`,
				"turns checks off",
			]),
		);
		expect(() => parseSecondKey({ name: "netra", forbiddenVariables })).toThrow(
			"policies/second-key.json does not hold together:\n  the file: 'forbiddenVariables' and 'alternatives' take more than the 4096 bytes that a preflight job can carry, reasons left out: let patterns with '*' stand for several",
		);
	});
});
