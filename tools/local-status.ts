/** `npm run local:status`: what of the local stack runs on this machine. */
import { databaseUserIn } from "../contract/names.ts";
import { storesOfKind } from "../contract/needs.ts";
import { platform } from "../contract/platform.ts";
import { entriesOf } from "../local/cloud/world.ts";
import { readWorld } from "../local/plane/real/cloud-file.ts";
import { RealPlane } from "../local/plane/real/real-plane.ts";
import type { ServiceStatus } from "../local/plane/real/status.ts";
import { SERVICE } from "../local/types/tokens.ts";
import { pinLines } from "./pin-lines.ts";
import { standInFolder } from "./stand-in-folder.ts";
import { type Health, statusReport } from "./status-table.ts";
import { withoutArguments } from "./without-arguments.ts";

const patienceMilliseconds = 5000;
const up = "tools/pulumi-local up -s local";

async function main(): Promise<void> {
	const folder = standInFolder();
	const plane = new RealPlane(folder);
	const status = await plane.status();
	if (status === undefined) {
		const hasWork = plane.hasWork();
		console.log(
			hasWork
				? `The local stack is deployed, but its processes have ended. Bring them back: ${up}`
				: `Nothing of the local stack runs. Start it: ${up}`,
		);
		process.exitCode = hasWork ? 1 : 0;
		return;
	}
	const healths = await Promise.all(
		status.services.map(
			async (service): Promise<[string, Health]> => [
				service.name,
				await healthOf(service),
			],
		),
	);
	const isTerminal = process.stdout.isTTY === true && !process.env.NO_COLOR;
	console.log(
		statusReport(
			status,
			new Map(healths),
			(slot) =>
				storesOfKind(platform, "postgres")
					.map(({ store }) => databaseUserIn(store.database, slot))
					.join(", "),
			isTerminal,
		),
	);
	for (const line of status.services.flatMap((each) => pins(folder, each))) {
		console.log(line);
	}
	const isWell = healths.every(
		([, { live, ready }]) => live === 200 && ready === 200,
	);
	process.exitCode = isWell && status.problems.length === 0 ? 0 : 1;
}

/** What the stand-in's cloud says of a service's pin; the processes know only what runs. */
function pins(
	folder: string,
	{ project, name, revisions }: ServiceStatus,
): string[] {
	const world = readWorld(folder, project);
	const found = Object.values(
		world === undefined ? {} : entriesOf(world, SERVICE),
	).find(({ properties }) => properties.name === name);
	return world === undefined || found === undefined
		? []
		: pinLines(
				platform,
				{
					world,
					region: String(found.properties.location),
					service: name,
					labels: (found.properties.labels ?? {}) as Record<string, string>,
				},
				revisions.filter(({ percent }) => percent > 0).map((each) => each.name),
			);
}

async function healthOf({
	url,
	livePath,
	readyPath,
}: ServiceStatus): Promise<Health> {
	const [live, ready] = await Promise.all(
		[livePath, readyPath].map((path) => ask(url + (path ?? "/"))),
	);
	return { live, ready };
}

/** The status of an answer; undefined where none came in time. */
async function ask(url: string): Promise<number | undefined> {
	try {
		const answer = await fetch(url, {
			signal: AbortSignal.timeout(patienceMilliseconds),
		});
		await answer.body?.cancel();
		return answer.status;
	} catch {
		return undefined;
	}
}

withoutArguments(
	process.argv.slice(2),
	"npm run local:status",
	"shows what of the local stack runs on this machine; exits with 1 unless all of it is well",
);
await main();
