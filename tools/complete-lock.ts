/**
 * Adds to package-lock.json the packages of other platforms that npm left out: `npm install` drops them where they can't
 * be fetched (a registry mirror that holds one platform) or are not installed (a known fault), and `npm ci` then refuses the
 * lock everywhere. Run it after an `npm install`: tools/with-toolchain node tools/complete-lock.ts
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

type Package = {
	version?: string;
	dev?: boolean;
	optionalDependencies?: Record<string, string>;
};
export type Lock = { packages: Record<string, Package> };

const systems = [
	"android",
	"darwin",
	"freebsd",
	"linux",
	"openharmony",
	"win32",
];
const processors = [
	"arm",
	"arm64",
	"ia32",
	"loong64",
	"ppc64",
	"riscv64",
	"s390x",
	"x64",
];

/** The optional packages that some package of the lock asks for and the lock lacks, as entries of the lock. */
export function missingPackages({ packages }: Lock): Lock["packages"] {
	const missing: Lock["packages"] = {};
	for (const [path, { dev, optionalDependencies }] of Object.entries(
		packages,
	)) {
		for (const [name, version] of Object.entries(optionalDependencies ?? {})) {
			if (!isFound(packages, path, name)) {
				missing[`node_modules/${name}`] = {
					version,
					...(dev && { dev }),
					...platformOf(name),
				};
			}
		}
	}
	return missing;
}

/** Whether Node's look-up from `path` upwards meets the package. */
function isFound(
	packages: Lock["packages"],
	path: string,
	name: string,
): boolean {
	const folders = path
		.split("/node_modules/")
		.map((_, i, all) => all.slice(0, i + 1).join("/node_modules/"));
	return ["", ...folders].some(
		(folder) => join(folder, "node_modules", name) in packages,
	);
}

/** Where a package runs, from its name: what tells npm that it is of no use here. */
function platformOf(name: string) {
	const words = name.split(/[-/]/);
	const os = systems.filter((it) => words.includes(it));
	const cpu = processors.filter((it) => words.includes(it));
	if (os.length !== 1 || cpu.length !== 1) {
		throw new RangeError(
			`package-lock.json lacks ${name}, whose name does not tell its platform: add it by hand`,
		);
	}
	const libc = words.some((it) => it.startsWith("musl")) ? "musl" : "glibc";
	return {
		cpu,
		...(os[0] === "linux" && { libc: [libc] }),
		optional: true,
		os,
	};
}

if (process.argv[1] === import.meta.filename) {
	const path = join(import.meta.dirname, "../package-lock.json");
	const text = readFileSync(path, "utf8");
	const lock: Lock = JSON.parse(text);
	const missing = missingPackages(lock);
	const sorted = Object.entries({ ...lock.packages, ...missing }).sort(
		([a], [b]) => (a < b ? -1 : 1),
	);
	const indent = /^\{\n(\s+)/.exec(text)?.[1] ?? "\t";
	writeFileSync(
		path,
		`${JSON.stringify({ ...lock, packages: Object.fromEntries(sorted) }, null, indent)}\n`,
	);
	console.log(`${Object.keys(missing).length} packages added`);
}
