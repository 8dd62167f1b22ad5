/** The product, loaded any number of times in one process, each time with another fault. */
import { readFileSync } from "node:fs";
import { registerHooks, stripTypeScriptTypes } from "node:module";
import { fileURLToPath } from "node:url";
import { broken } from "../../requirements/proof.ts";

/** The product with a fault. */
export type Product = typeof import("./product.ts");

/** A fault: a text of a file of the product, which stands there exactly once, and what stands there instead. */
export type Fault = { path: string; from: string; to: string };

const root = new URL("../../../", import.meta.url).href;
const product = new URL("product.ts", import.meta.url).href;

const isOurs = (url: string) =>
	url.startsWith(root) &&
	!url.includes("/node_modules/") &&
	url.endsWith(".ts");

/** Each module by its URL: its text without types, and what it imports. */
const modules = new Map<string, { text: string; imports: string[] }>();

function moduleAt(url: string) {
	const found = modules.get(url);
	if (found !== undefined) {
		return found;
	}
	const text = stripTypeScriptTypes(textAt(url));
	const imports = [...text.matchAll(/ from "(\.{1,2}\/[^"]+\.ts)"/g)].map(
		([, path = ""]) => new URL(path, url).href,
	);
	modules.set(url, { text, imports });
	return { text, imports };
}

const textAt = (url: string) => readFileSync(fileURLToPath(url), "utf8");

/** What has to be loaded anew for another module: all that imports it, directly or not. */
function importersOf(url: string): ReadonlySet<string> {
	const importers = new Set([product]);
	const decided = new Set<string>();
	const imports = (from: string): boolean => {
		if (from === url) {
			return true;
		}
		if (!decided.has(from)) {
			decided.add(from);
			for (const each of moduleAt(from).imports) {
				if (imports(each)) {
					importers.add(from);
				}
			}
		}
		return importers.has(from);
	};
	imports(product);
	return importers.add(url);
}

type Variant = { fault: Fault; url: string; anew: ReadonlySet<string> };
const variants: Variant[] = [];

registerHooks({
	resolve(specifier, context, next) {
		const found = next(specifier, context);
		const { search } = new URL(context.parentURL ?? "file:///");
		const anew = variants[Number(search.slice(1))]?.anew;
		return search !== "" && anew?.has(found.url)
			? { ...found, url: found.url + search }
			: found;
	},
	load(url, context, next) {
		const [file = "", number] = url.split("?");
		const variant = variants[Number(number)];
		if (number === undefined || variant === undefined || !isOurs(file)) {
			return next(url, context);
		}
		return {
			format: "module",
			source:
				file === variant.url
					? stripTypeScriptTypes(
							broken(textAt(file), { ...variant.fault, what: "", tests: [] }),
						)
					: moduleAt(file).text,
			shortCircuit: true,
		};
	},
});

/**
 * Loads the product with a fault.
 * @throws {Error} if the fault's text is not there once
 */
export function variant(fault: Fault): Promise<Product> {
	const url = new URL(fault.path, root).href;
	const number = variants.push({ fault, url, anew: importersOf(url) }) - 1;
	return import(`./product.ts?${number}`);
}
