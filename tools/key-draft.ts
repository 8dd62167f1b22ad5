/**
 * `npm run key:draft`: writes a first version of policies/second-key.json from the contract, to be reviewed once. An
 * existing file stays as it is; `-- --overwrite` makes it anew, and keeps what its owners alone can know.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { environments } from "../contract/environments.ts";
import { UserError } from "../contract/errors.ts";
import { own } from "../contract/own-keys.ts";
import type {
	PlainValue,
	Platform,
	ServiceContract,
} from "../contract/schema.ts";
import { isGenerated } from "../contract/sources.ts";
import { isMeant, variablesOf } from "../policies/key-words.ts";
import {
	type CriticalName,
	parseSecondKey,
	type SecondKey,
	secondKeyFile,
	storeIdentity,
} from "../policies/second-key.ts";
import { type SettingName, settingsOf } from "../policies/settings.ts";
import { isEmpty, textOf } from "./key-text.ts";

const notReviewed = (what: string) => `not reviewed: ${what}`;

/**
 * What the contract says today, as a second key.
 * @param written its reasons stay, and what its owners struck out or added; that of another platform counts for nothing
 */
export function draftOf(platform: Platform, written?: SecondKey): SecondKey {
	const { name, stores, services, secrets } = platform;
	const before = written?.name === name ? written : undefined;
	const variables = variablesOf(platform);
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
		settings: settingsOfAll(platform, before),
		roles: withReasons(
			Object.values(services).flatMap(({ roles }) => roles),
			before?.roles,
			"a service has it today",
		),
		foreignHosts: withReasons(
			Object.keys(platform.foreignHosts),
			before?.foreignHosts,
			"the contract declares it",
		),
		stores: Object.fromEntries(
			Object.entries(stores).map(([name, each]) => [name, storeIdentity(each)]),
		),
		secrets: Object.fromEntries(secrets.map(({ id, source }) => [id, source])),
		services: of((_, name) => criticalNames(platform, name, before)),
		equal: { ...keptEqual(platform, before), ...equalOf(platform, before) },
		differ: { ...keptDiffer(platform, before), ...differOf(platform, before) },
		noSecrets: withReasons(
			Object.keys(services).filter(
				(name) => boundBy(services[name] as ServiceContract).length === 0,
			),
			before?.noSecrets,
			"it gets none today",
		),
		absent: absentOf(platform, before),
		forbiddenVariables: before?.forbiddenVariables ?? {},
		alternatives: Object.fromEntries(
			Object.entries(before?.alternatives ?? {}).filter(([, ways]) =>
				ways.flat().some((each) => variables.has(each)),
			),
		),
	};
}

/** Names with the reasons that an earlier key gives for them. */
const withReasons = (
	names: readonly string[],
	known: Readonly<Record<string, string>> | undefined,
	otherwise: string,
) =>
	Object.fromEntries(
		names.map((name) => [
			name,
			own(known ?? {}, name) ?? notReviewed(otherwise),
		]),
	);

function settingsOfAll(
	platform: Platform,
	before: SecondKey | undefined,
): SecondKey["settings"] {
	const all = Object.keys(platform.services).map((service) => {
		const known = own(before?.settings ?? {}, service);
		const found = Object.entries(settingsOf(platform, service))
			.filter(([, value]) => value !== undefined)
			.map(([name, value]) => [
				name,
				{
					value,
					why:
						known?.[name as SettingName]?.why ??
						notReviewed("the contract says so"),
				},
			]);
		return [service, Object.fromEntries(found)] as const;
	});
	return Object.fromEntries(all.filter(([, found]) => !isEmpty(found)));
}

const boundBy = ({ secrets, secretFiles }: ServiceContract) => [
	...Object.entries(secrets),
	...Object.entries(secretFiles),
];

/**
 * What the contract calls critical, each plain variable whose value it takes from elsewhere in the contract, and each text.
 * Nobody but the application's owners knows the texts that it cannot work without: they strike out the others, once.
 */
function criticalNames(
	platform: Platform,
	service: string,
	before: SecondKey | undefined,
): Record<string, CriticalName> {
	const contract = platform.services[service] as ServiceContract;
	const reviewed = own(before?.services ?? {}, service);
	const known = reviewed ?? {};
	const reason = (name: string, otherwise: string) =>
		own(known, name)?.why ?? notReviewed(otherwise);
	const critical = new Set(
		platform.secrets
			.filter(({ criticalIn }) => criticalIn.includes(service))
			.map(({ id }) => id),
	);
	const plain = Object.entries(contract.variables).filter(
		([name, value]) =>
			reviewed === undefined ||
			!isText(value) ||
			own(known, name)?.value !== undefined,
	);
	return Object.fromEntries([
		...plain.map(([name, value]) => [
			name,
			{
				value,
				why: reason(
					name,
					isText(value)
						? "remove the line if the service works with another text"
						: "it is taken from the contract",
				),
			},
		]),
		...boundBy(contract)
			.filter(([, id]) => critical.has(id))
			.map(([name, id]) => [
				name,
				{ secret: id, why: reason(name, "the contract calls it critical") },
			]),
	]);
}

const isText = (value: PlainValue) =>
	typeof value === "string" || !("from" in value);

/** Rows of which the names are left that secrets still have, if they are enough to say something. */
const keptRows = (
	{ services }: Platform,
	rows: Readonly<Record<string, string[]>>,
	least: number,
) =>
	Object.fromEntries(
		Object.entries(rows)
			.map(([why, names]): [string, string[]] => [
				why,
				names.filter((name) =>
					Object.values(services).some(
						({ secrets }) => own(secrets, name) !== undefined,
					),
				),
			])
			.filter(([, names]) => names.length >= least),
	);

const keptEqual = (platform: Platform, before: SecondKey | undefined) =>
	keptRows(platform, before?.equal ?? {}, 1);
const keptDiffer = (platform: Platform, before: SecondKey | undefined) =>
	keptRows(platform, before?.differ ?? {}, 2);

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

const isNew = (id: string, before: SecondKey | undefined) =>
	own(before?.secrets ?? {}, id) === undefined;

/** Keys that several services or variables hold, and that nobody has reviewed. */
const equalOf = (
	platform: Platform,
	before: SecondKey | undefined,
): SecondKey["equal"] =>
	Object.fromEntries(
		holdersOfKeys(platform)
			.filter(([id, names]) => names.length > 1 && isNew(id, before))
			.map(([id, names]) => [
				notReviewed(`${id} is one key`),
				[...new Set(names)],
			]),
	);

/** One name of each key, if there is one that nobody has reviewed; its others are equal. */
function differOf(
	platform: Platform,
	before: SecondKey | undefined,
): SecondKey["differ"] {
	const held = holdersOfKeys(platform).filter(([, names]) => names.length > 0);
	return held.length < 2 || !held.some(([id]) => isNew(id, before))
		? {}
		: {
				[notReviewed("each key has one purpose")]: held.map(
					([, [name = ""]]) => name,
				),
			};
}

/** What is not in an environment: by patterns of an earlier key that still mean something, or by id. */
const absentOf = (
	{ secrets }: Platform,
	before: SecondKey | undefined,
): SecondKey["absent"] =>
	Object.fromEntries(
		environments
			.map((environment) => {
				const kept = Object.entries(before?.absent[environment] ?? {}).filter(
					([pattern]) => secrets.some(({ id }) => isMeant(pattern, id)),
				);
				const added = secrets
					.filter(
						(each) =>
							each.environments?.includes(environment) === false &&
							isNew(each.id, before),
					)
					.map(({ id }) => [id, notReviewed("it is not there today")]);
				return [environment, Object.fromEntries([...added, ...kept])] as const;
			})
			.filter(([, rows]) => !isEmpty(rows)),
	);

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
			`[key-draft] ${secondKeyFile} exists, and its owners have reviewed it\n  fix: npm run key:draft -- --overwrite makes it anew from the contract; it keeps the reasons, prohibitions and alternatives of this platform`,
		);
	}
	const before = exists ? keyIn(file) : undefined;
	const key = draftOf(platform, before);
	const text = textOf(key);
	writeFileSync(file, text);
	const open = text.split(notReviewed("")).length - 1;
	const free = freeTexts(platform, key);
	return [
		`${secondKeyFile} says what contract/platform.ts says today.`,
		...(before === undefined || before.name === platform.name
			? []
			: [
					`Nothing is left of the one before, which was of the platform '${before.name}'.`,
				]),
		open === 0
			? "It has every reason; its owners review the difference."
			: `Its owners review it, and replace each 'not reviewed' (${open}) by the reason.`,
		...(free.length === 0
			? []
			: [
					`Texts that it does not list, and anybody may change: ${free.join(", ")}.`,
				]),
	].join(" ");
}

const freeTexts = ({ services }: Platform, key: SecondKey): string[] =>
	Object.entries(services).flatMap(([service, { variables }]) =>
		Object.keys(variables)
			.filter((name) => !Object.hasOwn(key.services[service] ?? {}, name))
			.map((name) => `${name} of ${service}`),
	);

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
