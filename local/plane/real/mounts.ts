/** What containers find mounted: Cloud SQL's sockets and secret files. All containers share this machine's folders. */
import {
	mkdirSync,
	readFileSync,
	renameSync,
	rmdirSync,
	rmSync,
	symlinkSync,
	writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { takeFolder } from "../../own-folder.ts";
import { CloudError } from "../../provider/core.ts";
import { blocksAt, isObject, textAt } from "../../provider/values.ts";
import type { Workload } from "../data-plane.ts";
import { layoutOf, socketPathLimitBytes } from "./layout.ts";
import { holderOf } from "./lock.ts";
import type { SqlServers } from "./sql-servers.ts";
import type { Surroundings } from "./surroundings.ts";

/** Cloud SQL names its socket by the default port. */
const socketName = ".s.PGSQL.5432";

/** Says whose stand-in a folder belongs to. */
const markerName = ".netra-local";

const remedy =
	"give this stand-in folders of its own with 'tools/pulumi-local config set socketRoot <folder>/cloudsql -s local' and 'tools/pulumi-local config set secretFileRoot <folder> -s local'";

export class Mounts {
	readonly #around: Surroundings;
	readonly #sql: SqlServers;

	constructor(around: Surroundings, sql: SqlServers) {
		this.#around = around;
		this.#sql = sql;
	}

	/**
	 * Puts everything in place that the workload mounts.
	 * @throws {CloudError} for a path that is too long, or belongs to somebody else.
	 */
	prepare(workload: Workload): void {
		for (const folder of socketFolders(workload))
			this.#link(workload.project, folder.mount, folder.connectionName);
		for (const [path, content] of Object.entries(workload.files))
			this.#write(path, content);
		this.#around.records.save();
	}

	/** Takes the sockets of an instance away. */
	unlink(project: string, instance: string): void {
		for (const mount of Object.values(this.#mounts)) {
			const gone = mount.entries.filter(
				(path) =>
					path.startsWith(join(mount.path, `${project}:`)) &&
					path.endsWith(`:${instance}`),
			);
			for (const path of gone) rmSync(path, { recursive: true, force: true });
			mount.entries = mount.entries.filter((path) => !gone.includes(path));
		}
		this.#around.records.save();
	}

	/** Removes every mount, and the folders that were made for them. */
	releaseAll(): void {
		const mounts = Object.values(this.#mounts);
		const made = mounts.flatMap(({ created }) => created ?? []);
		for (const { path, entries } of mounts) {
			for (const each of [...entries, join(path, markerName)])
				rmSync(each, { recursive: true, force: true });
			// The first mount may have made folders that the others lie in as well.
			const [top] = made
				.filter((each) => `${path}/`.startsWith(`${each}/`))
				.sort((one, other) => one.length - other.length);
			if (top !== undefined) removeEmpty(path, dirname(top));
			delete this.#mounts[path];
		}
		this.#around.records.save();
	}

	get #mounts() {
		return this.#around.records.state.mounts;
	}

	#link(project: string, mount: string, connectionName: string): void {
		const folder = join(mount, connectionName);
		const path = join(folder, socketName);
		const bytes = Buffer.byteLength(path);
		if (bytes > socketPathLimitBytes)
			throw new CloudError(
				`the socket's path ${path} has ${bytes} bytes and may have ${socketPathLimitBytes}: shorten its root with 'tools/pulumi-local config set socketRoot <folder> -s local'`,
			);
		const instance = connectionName.split(":").at(-1) ?? "";
		if (!this.#sql.has(project, instance))
			throw new CloudError(
				`the volume names the Cloud SQL instance ${connectionName}, which does not exist`,
			);
		this.#claim(mount).add(folder);
		mkdirSync(folder, { recursive: true, mode: 0o700 });
		// Replaced in one step: containers that run may connect at any moment.
		const partial = `${path}.new`;
		rmSync(partial, { force: true });
		symlinkSync(this.#sql.socketOf(project, instance), partial);
		renameSync(partial, path);
	}

	#write(path: string, content: string): void {
		this.#claim(dirname(path)).add(path);
		const partial = `${path}.new`;
		writeFileSync(partial, content, { mode: 0o600 });
		renameSync(partial, path);
	}

	/** Makes a folder ours. Returns how to note what is put in. */
	#claim(path: string): { add: (entry: string) => void } {
		const created = takeFolder(path, remedy);
		const marker = join(path, markerName);
		const { directory } = this.#around.layout;
		const owner = readIfThere(marker);
		if (
			owner !== undefined &&
			owner !== directory &&
			holderOf(layoutOf(owner).lock) !== undefined
		)
			throw new CloudError(
				`the folder ${path} is used by another stand-in, that of ${owner}: ${remedy}; or destroy that one`,
			);
		writeFileSync(marker, directory, { mode: 0o600 });
		this.#mounts[path] ??= { path, created, entries: [] };
		const { entries } = this.#mounts[path];
		return {
			add: (entry) => {
				if (!entries.includes(entry)) entries.push(entry);
			},
		};
	}
}

function readIfThere(path: string): string | undefined {
	try {
		return readFileSync(path, "utf8");
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
		throw error;
	}
}

/** Removes empty folders from the path upwards, as far as `end`, which stays. */
function removeEmpty(path: string, end: string): void {
	try {
		for (let each = path; each !== end; each = dirname(each)) rmdirSync(each);
	} catch (error) {
		const { code } = error as NodeJS.ErrnoException;
		if (code !== "ENOTEMPTY" && code !== "ENOENT") throw error;
	}
}

/** Where the first container mounts which Cloud SQL instances. */
function socketFolders({ template }: Workload) {
	const [container] = blocksAt(template, "containers");
	return blocksAt(template, "volumes").flatMap((volume) => {
		const mount = blocksAt(container, "volumeMounts").find(
			({ name }) => name === volume.name,
		);
		const { cloudSqlInstance } = volume;
		if (mount === undefined || !isObject(cloudSqlInstance)) return [];
		const { instances } = cloudSqlInstance;
		return (Array.isArray(instances) ? instances : []).map((instance) => ({
			mount: textAt(mount, "mountPath"),
			connectionName: String(instance),
		}));
	});
}
