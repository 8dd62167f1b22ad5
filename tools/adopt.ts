/**
 * `node tools/adopt.ts PLAN IDS`: prints the file for `pulumi import --file` that takes over what exists already.
 * PLAN is what `pulumi preview --json` wrote. IDS is a JSON object with the id of each resource that exists:
 * {"<type> <name>": "<id>"}, such as "Secret jwt-secret".
 *
 * The engine can write such a file itself (`preview --import-file`), but there parents go by their names, which others
 * may bear too; here they go by what their URNs say.
 */
import { readFileSync } from "node:fs";
import { UserError } from "../contract/errors.ts";

type Planned = {
	op: string;
	urn: string;
	newState?: { type: string; custom: boolean; parent?: string };
};
type Plan = { steps: Planned[] };

/** One entry of the file: a resource with its id, or a component that is made as a parent. */
type Import = {
	type: string;
	/** How the file refers to it. */
	name: string;
	/** Its name in the program. */
	logicalName: string;
	id?: string;
	component?: true;
	parent?: string;
};

/** `<type> <name>` of a URN, without the type's package: unique in this program. */
function keyOf(urn: string): string {
	const [types = "", name = ""] = urn.split("::").slice(-2);
	return `${types.slice(types.lastIndexOf(":") + 1)} ${name}`;
}

/**
 * The imports of what exists, and of the components that are its parents.
 * @throws {UserError} for an id of something that the plan does not make
 */
export function importsOf(
	{ steps }: Plan,
	ids: Record<string, string>,
): { nameTable: Record<string, string>; resources: Import[] } {
	const made = new Map(
		steps.filter(({ op }) => op === "create").map((step) => [step.urn, step]),
	);
	const makeable = [...made.values()].filter(
		({ newState }) => newState?.custom,
	);
	checkKeys(
		Object.keys(ids),
		makeable.map(({ urn }) => keyOf(urn)),
	);
	const nameTable: Record<string, string> = {};
	const resources = new Map<string, Import>();
	const add = ({ urn, newState }: Planned): void => {
		const parent = newState?.parent;
		const hasParent =
			parent !== undefined && !parent.includes("::pulumi:pulumi:Stack::");
		if (hasParent) {
			const maker = made.get(parent);
			if (maker === undefined) {
				nameTable[keyOf(parent)] = parent;
			} else {
				add(maker);
			}
		}
		const id = ids[keyOf(urn)];
		resources.set(urn, {
			type: newState?.type as string,
			name: keyOf(urn),
			logicalName: urn.split("::").at(-1) as string,
			...(newState?.custom ? { id } : { component: true }),
			...(hasParent ? { parent: keyOf(parent) } : {}),
		});
	};
	for (const step of makeable.filter(({ urn }) => keyOf(urn) in ids)) {
		add(step);
	}
	return { nameTable, resources: [...resources.values()] };
}

function checkKeys(keys: string[], known: string[]): void {
	const unknown = keys.filter((key) => !known.includes(key));
	if (unknown.length > 0) {
		throw new UserError(
			`[adopt] the program makes no ${unknown.map((key) => `'${key}'`).join(", ")}; expected "<type> <name>" of a resource that the plan creates\n  fix: take them out of the list of ids, or write them as the plan does: ${known.slice(0, 3).join(", ")}, …`,
		);
	}
}

function main([plan, ids]: string[]): void {
	if (plan === undefined || ids === undefined) {
		throw new UserError("[adopt] usage: node tools/adopt.ts PLAN IDS");
	}
	const imports = importsOf(readJson<Plan>(plan), readJson(ids));
	process.stdout.write(`${JSON.stringify(imports, null, "\t")}\n`);
}

const readJson = <T>(path: string): T => JSON.parse(readFileSync(path, "utf8"));

if (process.argv[1] === import.meta.filename) {
	try {
		main(process.argv.slice(2));
	} catch (error) {
		if (!(error instanceof UserError)) {
			throw error;
		}
		console.error(error.message);
		process.exitCode = 1;
	}
}
