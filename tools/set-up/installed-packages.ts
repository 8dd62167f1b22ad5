/**
 * Exits with 0 if node_modules already holds exactly what package-lock.json asks for, so that set-up does not
 * reinstall everything after somebody's own `npm install`. npm keeps what it installed in node_modules/.package-lock.json.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";

interface Package {
	version?: string;
	integrity?: string;
	optional?: boolean;
}

function packagesOf(path: string): Record<string, Package> {
	return JSON.parse(readFileSync(path, "utf8")).packages;
}

function isInstalled(root: string): boolean {
	let installed: Record<string, Package>;
	try {
		installed = packagesOf(join(root, "node_modules/.package-lock.json"));
	} catch {
		return false; // nothing installed, or by something other than npm: `npm ci` decides
	}
	const { "": _root, ...wanted } = packagesOf(join(root, "package-lock.json"));
	const names = new Set([...Object.keys(wanted), ...Object.keys(installed)]);
	return [...names].every((name) => {
		const want = wanted[name];
		const have = installed[name];
		// Optional packages of other platforms are in the lock only.
		if (have === undefined) return want?.optional === true;
		return want?.version === have.version && want?.integrity === have.integrity;
	});
}

process.exitCode = isInstalled(process.argv[2] ?? ".") ? 0 : 1;
