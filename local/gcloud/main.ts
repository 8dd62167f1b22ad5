/** Stands in for gcloud: lists Cloud Run and secret versions as gcloud prints them in JSON, and destroys versions. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { versionName } from "../cloud/secret-access.ts";
import { CloudStore } from "../cloud/store.ts";
import { entriesOf, find, type World } from "../cloud/world.ts";
import { localDirectory } from "../directory.ts";
import { CloudError } from "../provider/core.ts";
import { secretVersion } from "../types/secret.ts";
import { JOB, SECRET_VERSION, SERVICE } from "../types/tokens.ts";
import { jobOf, revisionsOf, serviceOf, versionOf } from "./answers.ts";

type Flags = Record<string, string>;

/** A command: its flags, all of which must be given, and what it prints. */
type Command = {
	flags: string[];
	run: (world: World, flags: Flags, argument: string) => unknown;
};

const inRegion = (type: string, world: World, { region }: Flags) =>
	Object.values(entriesOf(world, type)).filter(
		({ properties }) => properties.location === region,
	);
const listFlags = ["project", "region", "format"];

/** By the command's words; `*` stands for its argument. */
const commands: Record<string, Command> = {
	"run services list": {
		flags: listFlags,
		run: (world, flags) => inRegion(SERVICE, world, flags).map(serviceOf),
	},
	"run revisions list": {
		flags: listFlags,
		run: (world, flags) => inRegion(SERVICE, world, flags).flatMap(revisionsOf),
	},
	"run jobs list": {
		flags: listFlags,
		run: (world, flags) => inRegion(JOB, world, flags).map(jobOf),
	},
	"secrets versions list *": {
		flags: ["project", "format"],
		run: (world, _flags, secretId) =>
			Object.values(entriesOf(world, SECRET_VERSION))
				.filter(({ properties }) =>
					String(properties.name).includes(`/secrets/${secretId}/versions/`),
				)
				.map(versionOf)
				.reverse(),
	},
	"secrets versions destroy *": {
		flags: ["project", "secret", "quiet"],
		run: (world, { secret = "" }, version) => {
			const name = versionName(world, secret, version);
			const entry = find(world, SECRET_VERSION, name);
			if (entry === undefined || entry.hidden.destroyed === true) {
				throw new CloudError(
					`Secret Version [${name}] not found or destroyed.`,
				);
			}
			secretVersion.retire?.("DELETE", entry);
			return undefined;
		},
	},
};

function main(args: string[]): void {
	const words = args.filter((arg) => !arg.startsWith("-"));
	const flags: Flags = Object.fromEntries(
		args
			.filter((arg) => arg.startsWith("--"))
			.map((flag) => {
				const [, name = "", value = ""] = /^--([^=]*)=?(.*)$/.exec(flag) ?? [];
				return [name, value];
			}),
	);
	const [name, command] =
		Object.entries(commands).find(([pattern]) => isCommand(pattern, words)) ??
		[];
	const given = Object.keys(flags).sort().join();
	if (command === undefined || given !== command.flags.toSorted().join()) {
		throw new CloudError(
			`the stand-in does not know: gcloud ${args.join(" ")}`,
		);
	}
	if ("format" in flags && flags.format !== "json") {
		throw new CloudError("the stand-in prints JSON only");
	}
	const answer = cloudOf(flags.project ?? "").update((world) =>
		command.run(world, flags, name?.endsWith("*") ? (words.at(-1) ?? "") : ""),
	);
	if (answer !== undefined) {
		console.log(JSON.stringify(answer, null, 2));
	}
}

function isCommand(pattern: string, words: string[]): boolean {
	const wanted = pattern.split(" ");
	return (
		wanted.length === words.length &&
		wanted.every((word, index) => word === "*" || word === words[index])
	);
}

/** @throws {CloudError} for a project that was never used: asking about one must not make it. */
function cloudOf(project: string): CloudStore {
	const directory = localDirectory();
	if (!existsSync(join(directory, `cloud/${project}.json`))) {
		throw new CloudError(
			`the stand-in has no project ${project}: deploy to it first, with tools/pulumi-local`,
		);
	}
	return new CloudStore(directory, project, () => {});
}

try {
	main(process.argv.slice(2));
} catch (error) {
	if (!(error instanceof CloudError)) {
		throw error;
	}
	console.error(`ERROR: (gcloud) ${error.message}`);
	process.exitCode = 1;
}
