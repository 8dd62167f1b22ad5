/** Edits of every row of the shipped contract's data: drop it, point it elsewhere, write it out, size it otherwise. */
import { environments } from "../../../contract/environments.ts";
import { platform } from "../../../contract/platform.ts";
import type { Platform } from "../../../contract/schema.ts";
import { driversOf } from "../../../contract/stores.ts";
import type { Edit } from "../../policies/changed-contract.ts";

export type RowEdit = {
	/** The row by names, such as `services.auth.variables.LOG_LEVEL`; a secret by its id. */
	row: string;
	/** What is done to it. */
	how: string;
	edit: Edit;
};

type Path = readonly string[];

/** What a row becomes instead, and how that is called. */
type Instead = [how: string, value: unknown];

const services = Object.keys(platform.services);
const ids = platform.secrets.map(({ id }) => id);
const hosts = Object.values(platform.services).flatMap(({ publicHosts }) =>
	Object.values(publicHosts).flat(),
);

/** Every edit of one row. */
export function rowEdits(): RowEdit[] {
	return [...editsOf([], platform), ...services.flatMap(added)];
}

/** Rows that are one decision are edited as a whole; the first pattern that matches counts. */
const decisions: [RegExp, (value: never) => Instead[]][] = [
	[/^services\.[^.]+\.variables\.[^.]+$/, plainInstead],
	[/^services\.[^.]+\.(secrets|secretFiles)\../, (id) => onOther(id)],
	[/^services\.[^.]+\.publicHosts\.[^.]+\.\d+$/, hostInstead],
	[/^services\.[^.]+\.siblings$/, listInstead(services)],
	[
		/^services\.[^.]+\.roles$/,
		listInstead(["roles/owner", "roles/secretmanager.secretAccessor"]),
	],
	[/^services\.[^.]+\.webSocketPaths$/, listInstead(["/other"])],
	[/^services\.[^.]+\.(startup|liveness)Path$/, () => [["other", "/other"]]],
	[/^secrets\.[^.]+\.category$/, () => []],
	[/^secrets\.[^.]+\.source$/, sourceInstead],
	[/^secrets\.[^.]+\.criticalIn$/, listInstead(services)],
	[/^secrets\.[^.]+\.environments$/, listInstead(environments)],
	[
		/^stores\.[^.]+\.kind$/,
		(kind) =>
			Object.keys(driversOf)
				.filter((each) => each !== kind)
				.map((each) => [each, each]),
	],
	[/^stores\.[^.]+\.passwordSecret$/, (id) => onOther(id)],
	[
		/^stores\.[^.]+\.sizing\.[^.]+\.availability$/,
		(value) => [["other", value === "ZONAL" ? "REGIONAL" : "ZONAL"]],
	],
	[
		/^stores\.redis\.sizing\.[^.]+\.tier$/,
		(value) => [["other", value === "BASIC" ? "STANDARD_HA" : "BASIC"]],
	],
	[
		/^network\./,
		(value) => [["other", String(value).replace(/^10\.\d+/, "10.200")]],
	],
];

function editsOf(path: Path, value: unknown): RowEdit[] {
	const row = path.join(".");
	const decision = decisions.find(([pattern]) => pattern.test(row))?.[1];
	const insteads =
		decision?.(value as never) ??
		(typeof value === "object" ? [] : leafInstead(value));
	const edits = insteads.map(([how, instead]) => ({
		row,
		how,
		edit: (contract: Platform) => put(contract, path, instead),
	}));
	const dropped = {
		row,
		how: "dropped",
		edit: (contract: Platform) => drop(contract, path),
	};
	return [
		...(path.length === 0 ? [] : [dropped]),
		...edits,
		...(decision !== undefined || typeof value !== "object" || value === null
			? []
			: membersOf(path, value).flatMap(([name, member]) =>
					editsOf([...path, name], member),
				)),
	];
}

/** Secrets go by their ids, so that a row keeps its name when another one comes or goes. */
function membersOf(path: Path, value: object): [string, unknown][] {
	return path.join(".") === "secrets"
		? platform.secrets.map((each) => [each.id, each])
		: Object.entries(value);
}

function leafInstead(value: unknown): Instead[] {
	switch (typeof value) {
		case "number":
			return [
				["halved", Math.max(1, Math.floor(value / 2))],
				["doubled", value * 2],
			];
		case "boolean":
			return [["turned", !value]];
		default:
			return [["other", `${value}x`]];
	}
}

function plainInstead(
	value: Platform["services"][string]["variables"][string],
): Instead[] {
	if (typeof value === "string") {
		return [["another text", `${value}x`]];
	}
	if (!("from" in value)) {
		return [
			["one text", value.staging],
			[
				"texts exchanged",
				{ staging: value.production, production: value.staging },
			],
		];
	}
	const constants: Instead[] = [
		["a text", "text"],
		["*", "*"],
		[
			"a text for each environment",
			{ staging: "https://staging.test", production: "https://test.test" },
		],
	];
	if (!("of" in value)) {
		return [
			...constants,
			[
				"the other of environment and project",
				{ from: value.from === "project" ? "environment" : "project" },
			],
		];
	}
	return [
		...constants,
		...services
			.filter((each) => each !== value.of)
			.map((of): Instead => [`of ${of}`, { ...value, of }]),
		[
			"all hosts instead of the first, or the first instead of all",
			{ from: value.from === "url" ? "urls" : "url", of: value.of },
		],
		...(value.from === "url"
			? [
					[
						"another scheme",
						{ ...value, scheme: value.scheme === "wss" ? "https" : "wss" },
					] satisfies Instead,
				]
			: []),
	];
}

const onOther = (id: string): Instead[] =>
	ids.filter((each) => each !== id).map((each) => [`on ${each}`, each]);

function hostInstead(host: string): Instead[] {
	return [
		["another host", `other.${host}`],
		...hosts
			.filter((each) => each !== host)
			.map((each): Instead => [`is ${each}`, each]),
	];
}

/** Each member dropped, each other one added, and none at all. */
function listInstead(all: readonly string[]): (list: string[]) => Instead[] {
	return (list) => [
		...(list.length > 1 ? [["empty", []] satisfies Instead] : []),
		...list.map(
			(member): Instead => [
				`without ${member}`,
				list.filter((each) => each !== member),
			],
		),
		...all
			.filter((each) => !list.includes(each))
			.map((each): Instead => [`with ${each}`, [...list, each]]),
	];
}

function sourceInstead(
	source: Platform["secrets"][number]["source"],
): Instead[] {
	const others = [
		{ from: "generated", encoding: "hex" },
		{ from: "generated", encoding: "base64" },
		{ from: "generated", encoding: "fernet" },
		{ from: "generated", encoding: "hex", bytes: 16 },
		{ from: "constant", value: "a-constant-text" },
		{ from: "external" },
		{ from: "database.password" },
		{ from: "redis.password" },
		{ from: "redis.host" },
		{ from: "clickhouse.user" },
	];
	const drivers = Object.values(driversOf)
		.flat()
		.map((driver) => ({ ...source, driver }));
	const without = Object.keys(source)
		.filter((key) => key !== "from")
		.map((key) =>
			Object.fromEntries(
				Object.entries(source).filter(([each]) => each !== key),
			),
		);
	return [...others, ...drivers, ...without]
		.map((each): Instead => [JSON.stringify(each), each])
		.filter(([how]) => how !== JSON.stringify(source));
}

/** Names that a service does not have. */
function added(service: string): RowEdit[] {
	const contract = platform.services[service] as Platform["services"][string];
	const all = Object.values(platform.services);
	const secrets = all
		.flatMap((each) => Object.entries(each.secrets))
		.filter(([name]) => !Object.hasOwn(contract.secrets, name));
	const plain: [string, string][] = [
		["BYPASS_AUTH", "true"],
		["REDIS_DISABLED", "true"],
		["REDIS_HOST", "redis.test"],
		["CLICKHOUSE_HOST", "clickhouse.test"],
	];
	return [
		...[...new Map(secrets)].map(([name, id]) => ({
			row: `services.${service}.secrets.${name}`,
			how: "added",
			edit: ({ services }: Platform) => {
				Object.assign(services[service]?.secrets ?? {}, { [name]: id });
			},
		})),
		...plain.map(([name, value]) => ({
			row: `services.${service}.variables.${name}`,
			how: "added",
			edit: ({ services }: Platform) => {
				Object.assign(services[service]?.variables ?? {}, { [name]: value });
			},
		})),
	];
}

/** The object that holds the last key of a path, and that key. */
function holderOf(
	contract: Platform,
	path: Path,
): [Record<string, unknown>, string] {
	let holder = contract as unknown as Record<string, unknown>;
	const keys = path.map((name, index) =>
		index === 1 && path[0] === "secrets" ? String(ids.indexOf(name)) : name,
	);
	for (const key of keys.slice(0, -1)) {
		holder = holder[key] as Record<string, unknown>;
	}
	return [holder, keys.at(-1) as string];
}

function put(contract: Platform, path: Path, value: unknown): void {
	const [holder, key] = holderOf(contract, path);
	holder[key] = value;
}

function drop(contract: Platform, path: Path): void {
	const [holder, key] = holderOf(contract, path);
	if (Array.isArray(holder)) {
		holder.splice(Number(key), 1);
	} else {
		delete holder[key];
	}
}
