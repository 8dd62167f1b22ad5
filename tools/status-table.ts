/** The state of the local stack as text for a person: with colour and boxes on a terminal, plain in a pipe. */
import { join } from "node:path";
import Table from "cli-table3";
import pc from "picocolors";
import type { PlaneStatus, ServiceStatus } from "../local/plane/real/status.ts";
import { slotOf } from "../plan/login-record.ts";
import { parseRevisionName } from "../plan/revision-name.ts";
import { plainCharacters } from "./binding-table.ts";

/** What a service's own endpoints say; undefined where nobody answered. */
export type Health = { live: number | undefined; ready: number | undefined };

const headings = [
	"service",
	"revision",
	"state",
	"epoch",
	"traffic",
	"URL",
	"health",
];

/**
 * The report, without a line feed at its end.
 * @param healths by the service's name
 * @param loginOf the database login of a slot
 */
export function statusReport(
	status: PlaneStatus,
	healths: ReadonlyMap<string, Health>,
	loginOf: (slot: "a" | "b") => string,
	colour: boolean,
): string {
	const paint = pc.createColors(colour);
	return [
		revisionTable(status.services, healths, colour),
		`log of a revision or an execution: ${join(status.logs, "<name>.log")}`,
		...status.servers.map(({ what, port }) => `${what}: 127.0.0.1:${port}`),
		slotLine(status.services, loginOf),
		...status.problems.map((problem) => paint.red(`not running: ${problem}`)),
		...status.services.flatMap(({ revisions }) =>
			revisions
				.filter(({ message }) => message !== "")
				.map(({ name, message }) => paint.red(`${name}: ${message}`)),
		),
	].join("\n");
}

function revisionTable(
	services: readonly ServiceStatus[],
	healths: ReadonlyMap<string, Health>,
	colour: boolean,
): string {
	const paint = pc.createColors(colour);
	const states: Record<string, (text: string) => string> = {
		ready: paint.green,
		failed: paint.red,
		starting: paint.yellow,
	};
	const table = new Table({
		head: headings.map((heading) => paint.bold(heading)),
		chars: colour ? {} : plainCharacters,
		// One line a row; cli-table3's own colours are not switched off in a pipe.
		style: { head: [], border: [], compact: true },
	});
	for (const { name, url, revisions } of services)
		for (const revision of revisions)
			table.push([
				name,
				revision.name,
				(states[revision.state] ?? String)(revision.state),
				String(parseRevisionName(name, revision.name)?.epoch ?? "-"),
				`${revision.percent} %`,
				...(revision.percent === 0
					? ["-", "-"]
					: [url, healthText(healths.get(name), paint)]),
			]);
	return table.toString();
}

function healthText(
	health: Health | undefined,
	paint: ReturnType<typeof pc.createColors>,
): string {
	const one = (status: number | undefined, word: string) =>
		status === 200
			? paint.green(word)
			: paint.red(`not ${word} (${status ?? "no answer"})`);
	return `${one(health?.live, "live")}, ${one(health?.ready, "ready")}`;
}

/** Which login the revisions use that get requests. */
function slotLine(
	services: readonly ServiceStatus[],
	loginOf: (slot: "a" | "b") => string,
): string {
	const epochs = services.flatMap(({ name, revisions }) =>
		revisions
			.filter(({ percent }) => percent > 0)
			.flatMap(
				(revision) => parseRevisionName(name, revision.name)?.epoch ?? [],
			),
	);
	const used = [...new Set(epochs)].sort((one, other) => one - other);
	return used.length === 0
		? "database login in use: none"
		: `database login in use: ${used
				.map(
					(epoch) =>
						`${loginOf(slotOf(epoch))} (slot ${slotOf(epoch)}, epoch ${epoch})`,
				)
				.join(" and ")}`;
}
