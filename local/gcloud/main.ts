/**
 * Stands in for gcloud: lists Cloud Run and secret versions as gcloud prints them in JSON, destroys versions, executes jobs,
 * and changes a service as a person does at night.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { CloudStore } from "../cloud/store.ts";
import { entriesOf, projectNumber } from "../cloud/world.ts";
import { localDirectory } from "../directory.ts";
import { Faults } from "../faults.ts";
import { CloudApi } from "../gcp/api.ts";
import { planesOf } from "../plane/by-project.ts";
import { CloudError } from "../provider/core.ts";
import { JOB, SERVICE } from "../types/tokens.ts";
import { jobOf, revisionsOf, serviceOf } from "./answers.ts";
import type { Cloud, Command, Flags } from "./command.ts";
import { policyCommands } from "./policies.ts";
import { secretCommands } from "./secrets.ts";
import {
	trafficFlags,
	updateFlags,
	updateService,
	updateTraffic,
} from "./service-changes.ts";
import { wholeSecretCommands } from "./whole-secrets.ts";

const inRegion = (type: string, { store }: Cloud, { region }: Flags) =>
	store.view((world) =>
		Object.values(entriesOf(world, type)).filter(
			({ properties }) => properties.location === region,
		),
	);
const listFlags = ["project", "region", "format"];
const serviceId = ({ project, region }: Flags, service: string) =>
	`projects/${project}/locations/${region}/services/${service}`;

/** By the command's words; `*` stands for its argument. */
const commands: Record<string, Command> = {
	"run services list": {
		flags: listFlags,
		run: (cloud, flags) => inRegion(SERVICE, cloud, flags).map(serviceOf),
	},
	"run services update *": {
		flags: ["project", "region"],
		optional: updateFlags,
		run: ({ api }, flags, service) =>
			updateService(api, serviceId(flags, service), flags),
	},
	"run services update-traffic *": {
		flags: ["project", "region"],
		optional: trafficFlags,
		run: ({ api }, flags, service) =>
			updateTraffic(api, serviceId(flags, service), flags),
	},
	"run revisions list": {
		flags: listFlags,
		optional: ["service"],
		run: (cloud, flags) =>
			inRegion(SERVICE, cloud, flags)
				.filter(
					({ properties }) =>
						flags.service === undefined || properties.name === flags.service,
				)
				.flatMap(revisionsOf),
	},
	"run jobs list": {
		flags: listFlags,
		run: (cloud, flags) => inRegion(JOB, cloud, flags).map(jobOf),
	},
	"run jobs execute *": {
		flags: ["project", "region", "wait"],
		run: async ({ api }, { project, region }, job) => {
			const failure = await api.execute(
				`projects/${project}/locations/${region}/jobs/${job}`,
			);
			if (failure !== undefined) {
				throw new CloudError(`(run.jobs.execute) ${failure}`);
			}
		},
	},
	...secretCommands,
	...wholeSecretCommands,
	...policyCommands,
};

/** Flags that take no value. */
const switches = ["no-traffic", "quiet", "to-latest", "wait"];

/** The words of a command, and its flags: `--name=value`, `--name value`, or a switch. */
function read(args: readonly string[]): { words: string[]; flags: Flags } {
	const words: string[] = [];
	const flags: Flags = {};
	for (let index = 0; index < args.length; index++) {
		const [, name, , value] =
			/^--([^=]+)(=(.*))?$/s.exec(args[index] ?? "") ?? [];
		if (name === undefined) {
			words.push(args[index] ?? "");
		} else if (value !== undefined || switches.includes(name)) {
			flags[name] = value ?? "";
		} else {
			index += 1;
			flags[name] = args[index] ?? "";
		}
	}
	return { words, flags };
}

async function main(args: string[]): Promise<void> {
	const { words, flags } = read(args);
	const [name, command] =
		Object.entries(commands).find(([pattern]) => isCommand(pattern, words)) ??
		[];
	const isWhole =
		command?.flags.every((flag) => flag in flags) === true &&
		Object.keys(flags).every((flag) =>
			[...command.flags, ...(command.optional ?? [])].includes(flag),
		);
	if (command === undefined || !isWhole) {
		throw new CloudError(
			`the stand-in does not know: gcloud ${args.join(" ")}`,
		);
	}
	if ("format" in flags && flags.format !== "json") {
		throw new CloudError("the stand-in prints JSON only");
	}
	const answer = await command.run(
		cloudOf(projectOf(words, flags), flags.region ?? ""),
		flags,
		name?.endsWith("*") ? (words.at(-1) ?? "") : "",
	);
	if (answer !== undefined) {
		console.log(JSON.stringify(answer, null, 2));
	}
}

/** `gcloud projects …` names the project as its argument. */
const projectOf = (words: string[], flags: Flags) =>
	(words[0] === "projects" ? words.at(-1) : flags.project) ?? "";

function isCommand(pattern: string, words: string[]): boolean {
	const wanted = pattern.split(" ");
	return (
		wanted.length === words.length &&
		wanted.every((word, index) => word === "*" || word === words[index])
	);
}

/** @throws {CloudError} for a project that was never used: asking about one must not make it. */
function cloudOf(project: string, region: string): Cloud {
	const directory = localDirectory();
	if (!existsSync(join(directory, `cloud/${project}.json`))) {
		throw new CloudError(
			`the stand-in has no project ${project}: deploy to it first, with tools/pulumi-local`,
		);
	}
	const api = new CloudApi({
		directory,
		plane: planesOf(directory).plane,
		faults: new Faults(directory),
		scope: { project, region, number: projectNumber(project) },
	});
	return { store: new CloudStore(directory, project, () => {}), api };
}

try {
	await main(process.argv.slice(2));
} catch (error) {
	if (!(error instanceof CloudError)) {
		throw error;
	}
	console.error(`ERROR: (gcloud) ${error.message}`);
	process.exitCode = 1;
}
