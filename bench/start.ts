/**
 * How long `npm start` takes against a preview of an empty program on the same engine. The two run in turn, so that
 * a machine that is slow for a while slows both; the ratio is of each pair.
 *
 * node bench/start.ts [pairs]
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import Table from "cli-table3";

const root = resolve(import.meta.dirname, "..");
const pairs = Number(process.argv[2] ?? 5);
const folder = mkdtempSync(join(tmpdir(), "netra-bench-"));
const environment = {
	...process.env,
	NETRA_LOCAL_DIR: join(folder, "stand-in"),
	PULUMI_HOME: join(folder, "home"),
	PULUMI_BACKEND_URL: `file://${folder}`,
	PULUMI_CONFIG_PASSPHRASE: "bench",
	PULUMI_SKIP_UPDATE_CHECK: "true",
};

/** The seconds that a command takes. */
function seconds(command: string, args: string[], cwd: string): number {
	const before = performance.now();
	execFileSync(command, args, { cwd, env: environment, stdio: "ignore" });
	return (performance.now() - before) / 1000;
}

const empty = join(folder, "empty");
const withToolchain = join(root, "tools/with-toolchain");
const previewEmpty = () =>
	seconds(withToolchain, ["pulumi", "preview", "-s", "bench"], empty);
const start = () => seconds("npm", ["start", "--silent"], root);

function median(values: number[]): number {
	const sorted = values.toSorted((a, b) => a - b);
	return sorted[Math.floor(sorted.length / 2)] as number;
}

function row(name: string, values: number[]): string[] {
	return [name, Math.min(...values), median(values), Math.max(...values)].map(
		(each) => (typeof each === "number" ? each.toFixed(2) : each),
	);
}

try {
	execFileSync("mkdir", [empty]);
	writeFileSync(
		join(empty, "Pulumi.yaml"),
		"name: empty\nmain: index.ts\nruntime:\n  name: nodejs\n  options:\n    typescript: false\n",
	);
	writeFileSync(
		join(empty, "package.json"),
		'{"name":"empty","type":"module"}',
	);
	writeFileSync(join(empty, "index.ts"), 'import "@pulumi/pulumi";\n');
	execFileSync("ln", [
		"-s",
		join(root, "node_modules"),
		join(empty, "node_modules"),
	]);
	execFileSync(withToolchain, ["pulumi", "stack", "init", "bench"], {
		cwd: empty,
		env: environment,
		stdio: "ignore",
	});
	previewEmpty();
	start();
	const times = Array.from({ length: pairs }, () => ({
		empty: previewEmpty(),
		start: start(),
	}));
	const table = new Table({
		head: ["seconds", "min", "median", "max"],
		style: { head: [], border: [] },
	});
	table.push(
		row(
			"preview of an empty program",
			times.map((pair) => pair.empty),
		),
		row(
			"npm start",
			times.map((pair) => pair.start),
		),
		row(
			"npm start / (2 × empty + 1 s)",
			times.map((pair) => pair.start / (2 * pair.empty + 1)),
		),
	);
	console.log(table.toString());
} finally {
	rmSync(folder, { recursive: true, force: true });
}
