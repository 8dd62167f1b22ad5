/**
 * `npm run key:draft`: writes a first version of policies/second-key.json from the contract, to be reviewed once. An
 * existing file stays as it is; `-- --overwrite` makes it anew, and keeps what its owners alone can know.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { environments } from "../contract/environments.ts";
import { UserError } from "../contract/errors.ts";
import { own } from "../contract/own-keys.ts";
import type { Platform, ServiceContract } from "../contract/schema.ts";
import { isGenerated } from "../contract/sources.ts";
import {
	type CriticalName,
	parseSecondKey,
	type SecondKey,
	secondKeyFile,
	storeIdentity,
} from "../policies/second-key.ts";

const notReviewed = (what: string) => `not reviewed: ${what}`;

/**
 * What the contract says today, as a second key.
 * @param before its reasons stay, and whatever the contract does not tell
 */
export function draftOf(platform: Platform, before?: SecondKey): SecondKey {
	const { name, stores, services, secrets } = platform;
	const of = <T>(value: (service: ServiceContract, name: string) => T) =>
		Object.fromEntries(
			Object.entries(services).map(([name, each]) => [name, value(each, name)]),
		);
	return {
		name,
		projects: Object.fromEntries(
			environments.map((each) => [each, platform.environments[each].project]),
		),
		hosts: of(({ publicHosts }) => publicHosts),
		stores: Object.fromEntries(
			Object.entries(stores).map(([name, each]) => [name, storeIdentity(each)]),
		),
		secrets: Object.fromEntries(secrets.map(({ id, source }) => [id, source])),
		services: of((_, name) => criticalNames(platform, name, before)),
		equal: before?.equal ?? equalOf(platform),
		differ: before?.differ ?? differOf(platform),
		noSecrets: Object.fromEntries(
			Object.entries(services)
				.filter(([, each]) => boundBy(each).length === 0)
				.map(([name]) => [
					name,
					own(before?.noSecrets ?? {}, name) ??
						notReviewed("it gets none today"),
				]),
		),
		absent: before?.absent ?? absentOf(platform),
		forbiddenVariables: before?.forbiddenVariables ?? {},
		alternatives: before?.alternatives ?? {},
	};
}

const boundBy = ({ secrets, secretFiles }: ServiceContract) => [
	...Object.entries(secrets),
	...Object.entries(secretFiles),
];

/** What the contract calls critical, and each plain variable whose value it takes from elsewhere in the contract. */
function criticalNames(
	platform: Platform,
	service: string,
	before: SecondKey | undefined,
): Record<string, CriticalName> {
	const contract = platform.services[service] as ServiceContract;
	const known = own(before?.services ?? {}, service) ?? {};
	const reason = (name: string, otherwise: string) =>
		own(known, name)?.why ?? notReviewed(otherwise);
	const critical = new Set(
		platform.secrets
			.filter(({ criticalIn }) => criticalIn.includes(service))
			.map(({ id }) => id),
	);
	const plain = Object.entries(contract.variables).filter(
		([name, value]) =>
			(typeof value === "object" && "from" in value) ||
			own(known, name)?.value !== undefined,
	);
	return Object.fromEntries([
		...plain.map(([name, value]) => [
			name,
			{ value, why: reason(name, "it is taken from the contract") },
		]),
		...boundBy(contract)
			.filter(([, id]) => critical.has(id))
			.map(([name, id]) => [
				name,
				{ secret: id, why: reason(name, "the contract calls it critical") },
			]),
	]);
}

/** The variables that hold a key, by its id. */
function holdersOfKeys({ secrets, services }: Platform): [string, string[]][] {
	const bound = Object.values(services).flatMap((each) =>
		Object.entries(each.secrets),
	);
	return secrets
		.filter(({ source }) => isGenerated(source))
		.map(({ id }) => [
			id,
			bound.filter(([, secret]) => secret === id).map(([name]) => name),
		]);
}

/** Keys that several services or variables hold. */
const equalOf = (platform: Platform): SecondKey["equal"] =>
	Object.fromEntries(
		holdersOfKeys(platform)
			.filter(([, names]) => names.length > 1)
			.map(([id, names]) => [
				notReviewed(`${id} is one key`),
				[...new Set(names)],
			]),
	);

/** One name of each key; its others are equal. */
function differOf(platform: Platform): SecondKey["differ"] {
	const names = holdersOfKeys(platform).flatMap(([, each]) => each.slice(0, 1));
	return names.length < 2
		? {}
		: { [notReviewed("each key has one purpose")]: names };
}

const absentOf = ({ secrets }: Platform): SecondKey["absent"] =>
	Object.fromEntries(
		environments
			.map(
				(environment) =>
					[
						environment,
						secrets.filter(
							(each) => each.environments?.includes(environment) === false,
						),
					] as const,
			)
			.filter(([, left]) => left.length > 0)
			.map(([environment, left]) => [
				environment,
				Object.fromEntries(
					left.map(({ id }) => [id, notReviewed("it is not there today")]),
				),
			]),
	);

/** The file's text: a line for each name, and nothing for what is empty. */
export function textOf(key: SecondKey): string {
	const sections = Object.entries(key)
		.filter(([, value]) => value !== undefined && !isEmpty(value))
		.map(([name, value]) => `\t"${name}": ${lines(value, depthOf(name), 1)}`);
	return `{\n${sections.join(",\n")}\n}\n`;
}

const isEmpty = (value: unknown) =>
	typeof value === "object" && Object.keys(value as object).length === 0;

/** How many levels of a section have a line for each of their names. */
function depthOf(section: string): number {
	return section === "services" || section === "absent" ? 2 : 1;
}

function lines(value: unknown, depth: number, indent: number): string {
	if (typeof value !== "object" || value === null || Array.isArray(value)) {
		return inline(value);
	}
	if (depth === 0 || isEmpty(value)) {
		return inline(value);
	}
	const tabs = "\t".repeat(indent + 1);
	const members = Object.entries(value).map(
		([name, each]) =>
			`${tabs}${JSON.stringify(name)}: ${lines(each, depth - 1, indent + 1)}`,
	);
	return `{\n${members.join(",\n")}\n${"\t".repeat(indent)}}`;
}

/** As the formatter writes it. */
function inline(value: unknown): string {
	if (typeof value !== "object" || value === null) {
		return JSON.stringify(value);
	}
	if (Array.isArray(value)) {
		return `[${value.map(inline).join(", ")}]`;
	}
	const members = Object.entries(value)
		.filter(([, each]) => each !== undefined)
		.map(([name, each]) => `${JSON.stringify(name)}: ${inline(each)}`);
	return members.length === 0 ? "{}" : `{ ${members.join(", ")} }`;
}

/**
 * Writes the draft.
 * @throws {UserError} if the file exists and is not to be overwritten
 */
export function writeDraft(
	platform: Platform,
	file: string,
	overwrite: boolean,
): string {
	const exists = existsSync(file);
	if (exists && !overwrite) {
		throw new UserError(
			`[key-draft] ${secondKeyFile} exists, and its owners have reviewed it\n  fix: npm run key:draft -- --overwrite makes it anew from the contract; it keeps the reasons, prohibitions and alternatives`,
		);
	}
	const before = exists ? keyIn(file) : undefined;
	const text = textOf(draftOf(platform, before));
	writeFileSync(file, text);
	const open = text.split(notReviewed("")).length - 1;
	return `${secondKeyFile} says what contract/platform.ts says today. ${
		open === 0
			? "It has every reason; its owners review the difference."
			: `Its owners review it, and replace each 'not reviewed' (${open}) by the reason.`
	}`;
}

/** @throws {UserError} if the file can't be read */
function keyIn(file: string): SecondKey {
	let content: unknown;
	try {
		content = JSON.parse(readFileSync(file, "utf8"));
	} catch (error) {
		throw new UserError(
			`[key-draft] ${secondKeyFile} is no JSON: ${(error as Error).message}\n  fix: correct it, or remove it to begin anew`,
		);
	}
	return parseSecondKey(content);
}

if (process.argv[1] === import.meta.filename) {
	try {
		const { values } = parseArgs({
			options: { overwrite: { type: "boolean", default: false } },
		});
		const { platform } = await import("../contract/platform.ts");
		const file = new URL(`../${secondKeyFile}`, import.meta.url).pathname;
		console.log(writeDraft(platform, file, values.overwrite));
	} catch (error) {
		const { code } = error as { code?: string };
		if (!(error instanceof UserError) && !code?.startsWith("ERR_PARSE_ARGS")) {
			throw error;
		}
		console.error((error as Error).message);
		process.exitCode = 1;
	}
}
