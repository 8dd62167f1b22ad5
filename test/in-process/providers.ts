/** The default providers of a stack: one a package, configured by the stack, and recorded as a resource of its own. */
import { randomUUID } from "node:crypto";
import type { Provider } from "../../local/provider/core.ts";
import { packageOf } from "./aliases.ts";
import type { Asked } from "./decision.ts";
import type { Goal } from "./state.ts";
import { urnOf } from "./urn.ts";

/** A stack's configuration by full key, values as text or as JSON. */
export type Config = Readonly<Record<string, string>>;

/** Plugins by package. */
export type Plugins = Readonly<Record<string, Provider>>;

/** The goal for a package's default provider. */
export function providerGoal(
	stack: string,
	pkg: string,
	version: string,
	config: Config,
): Goal {
	const type = `pulumi:providers:${pkg}`;
	const name = `default_${version.replaceAll(".", "_")}`;
	const settings = Object.entries(config)
		.filter(([key]) => key.startsWith(`${pkg}:`))
		.map(([key, value]) => [key.slice(pkg.length + 1), value]);
	return {
		urn: urnOf(stack, type, name),
		type,
		name,
		custom: true,
		parent: "",
		inputs: { ...Object.fromEntries(settings), version },
		dependencies: [],
		propertyDependencies: {},
		options: {},
	};
}

/** Configures a plugin when the engine makes, keeps or changes its provider. */
export function configuring(plugin: Provider): Asked {
	const configured = (inputs: Goal["inputs"]) => {
		const { version: _, ...settings } = inputs;
		plugin.configure(settings);
		return inputs;
	};
	return {
		check: ({ news }) => plugin.checkConfig(news),
		diff: ({ olds, news }) => {
			configured(news);
			return plugin.diffConfig(olds, news);
		},
		create: async ({ inputs }) => ({
			id: randomUUID(),
			outputs: configured(inputs),
		}),
		update: async ({ news }) => configured(news),
		read: async ({ id, inputs = {}, state = {} }) => ({
			id,
			inputs,
			outputs: state,
		}),
		delete: async () => {},
	};
}

/** Who is asked about a resource; undefined for a component. */
export function providerOf(
	{ custom, type, urn }: Goal,
	plugins: Plugins,
): Asked | undefined {
	if (!custom) return undefined;
	const configured = type.startsWith("pulumi:providers:");
	const pkg = configured ? (type.split(":")[2] ?? "") : packageOf(type);
	const plugin = plugins[pkg];
	if (plugin === undefined)
		throw new Error(`no provider of the package ${pkg} for ${urn}`);
	return configured ? configuring(plugin) : plugin;
}
