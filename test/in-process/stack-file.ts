/** A stack file, as the engine hands it to the program. */
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";

const root = resolve(import.meta.dirname, "../..");
const namespace = "netra-platform";

/**
 * The configuration of a stack by full keys: what `Pulumi.<stack>.yaml` says, and the defaults of `Pulumi.yaml`. Reads the
 * plain part of YAML that these files are written in.
 * @param folder of both. @default the committed ones
 * @throws {Error} for anything else
 */
export function stackFile(
	stack: string,
	folder = root,
): Record<string, string> {
	const read = (name: string) => readFileSync(join(folder, name), "utf8");
	const project = parse(read("Pulumi.yaml")) as {
		config: Record<string, { default?: unknown }>;
	};
	const { config } = parse(read(`Pulumi.${stack}.yaml`)) as {
		config: Record<string, unknown>;
	};
	const defaults = Object.entries(project.config)
		.filter(([, { default: value }]) => value !== undefined)
		.map(([key, { default: value }]) => [`${namespace}:${key}`, value]);
	return Object.fromEntries(
		[...defaults, ...Object.entries(config)].map(([key, value]) => [
			String(key),
			typeof value === "string" ? value : JSON.stringify(value),
		]),
	);
}

/** Maps, nested by two spaces, with scalars as their leaves. */
function parse(text: string): unknown {
	const top: Record<string, unknown> = {};
	const open: { indent: number; map: Record<string, unknown> }[] = [
		{ indent: -1, map: top },
	];
	for (const line of text
		.split("\n")
		.filter((each) => /^\s*[^#\s]/.test(each))) {
		const [, spaces = "", key, value = ""] =
			/^( *)((?:[\w-]+:)?[\w-]+):(?: +(.*))?$/.exec(line) ?? [];
		if (key === undefined)
			throw new Error(`this test does not read YAML such as: ${line}`);
		while ((open.at(-1)?.indent ?? -1) >= spaces.length) open.pop();
		const map = open.at(-1)?.map ?? top;
		if (value === "") {
			const inner = {};
			map[key] = inner;
			open.push({ indent: spaces.length, map: inner });
		} else {
			map[key] = scalar(value);
		}
	}
	return top;
}

function scalar(value: string): unknown {
	if (value === '""') return "";
	return /^(true|false|\d+)$/.test(value) ? JSON.parse(value) : value;
}
