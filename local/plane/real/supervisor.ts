/**
 * The supervisor: a process of its own that outlives the engine's commands, with every server and container of one
 * stand-in as its children. It listens on a socket that only its owner can open. Usage: supervisor.ts <stand-in's folder>
 */
import { rmSync } from "node:fs";
import {
	createServer,
	type IncomingMessage,
	type Server,
	type ServerResponse,
} from "node:http";
import { text } from "node:stream/consumers";
import { CloudError } from "../../provider/core.ts";
import {
	createFolders,
	layoutOf,
	serversFolder,
	takeServersFolder,
} from "./layout.ts";
import { holderOf, takeLock } from "./lock.ts";
import { ProcessList } from "./process-list.ts";
import { isIdle, StateFile } from "./state-file.ts";
import { asPlaneMethod, SupervisedPlane } from "./supervised-plane.ts";

/** What a call comes to, on the wire. */
export type Reply =
	| { result: unknown; isLast: boolean }
	| { error: string; isMistake: boolean };

const watchMilliseconds = 2000;

const note = (line: string) =>
	console.log(`${new Date().toISOString()} ${line}`);

async function main(directory: string): Promise<void> {
	process.umask(0o077);
	const layout = layoutOf(directory);
	createFolders(layout);
	if (!takeLock(layout.lock)) return;
	process.chdir(layout.folder);
	note(`supervisor ${process.pid} starts`);
	const processes = new ProcessList(layout.processes);
	await processes.endAll();
	const records = new StateFile(layout.state);
	const plane = new SupervisedPlane({ layout, records, processes, note });
	let servers: string | undefined;
	const resumed = Promise.resolve()
		.then(() => {
			servers = takeServersFolder(layout);
		})
		.then(() => plane.resume());
	// Whoever calls is told; nobody may call.
	resumed.catch((error) => note(String(error)));
	let calls = 0;
	const holdsLock = () => holderOf(layout.lock)?.pid === process.pid;
	let isEnding = false;
	const end = async () => {
		if (isEnding) return;
		isEnding = true;
		clearInterval(watch);
		server.close();
		const isOurs = holdsLock();
		if (isOurs) rmSync(layout.socket, { force: true });
		await plane.stopAll();
		if (!isOurs || isIdle(records.state)) plane.releaseMounts();
		if (isOurs && isIdle(records.state))
			rmSync(layout.folder, { recursive: true });
		else if (isOurs) rmSync(layout.lock);
		// It may lie elsewhere, and nothing leads to it any more.
		if (servers !== undefined && serversFolder(layout) !== servers)
			rmSync(servers, { recursive: true, force: true });
		note(`supervisor ${process.pid} ends`);
		process.exit(0);
	};
	const server = createServer(async (request, response) => {
		calls += 1;
		// Only what ends something can leave nothing: others come before something starts.
		const isIdleNow = () =>
			/^\/stop/.test(request.url ?? "") && calls === 1 && isIdle(records.state);
		const isLast = await answer(plane, resumed, isIdleNow, request, response);
		calls -= 1;
		if (isLast) response.once("close", () => void end());
	});
	for (const signal of ["SIGTERM", "SIGINT"] as const)
		process.once(signal, () => void end());
	// Whoever removes the folder wants everything to end.
	const watch = setInterval(() => {
		if (!holdsLock()) void end();
	}, watchMilliseconds);
	listen(server, layout.socket);
}

/** A call takes as long as what it asks for. */
function listen(server: Server, socket: string): void {
	rmSync(socket, { force: true });
	server.requestTimeout = 0;
	server.headersTimeout = 0;
	server.listen(socket);
}

/** Answers one call. Returns whether nothing is left to run after it. */
async function answer(
	plane: SupervisedPlane,
	resumed: Promise<void>,
	isIdleNow: () => boolean,
	request: IncomingMessage,
	response: ServerResponse,
): Promise<boolean> {
	const reply: Reply = await respond(plane, resumed, request).then(
		(result) => ({ result, isLast: isIdleNow() }),
		(error) => {
			const isMistake = error instanceof CloudError;
			if (!isMistake) note(error.stack);
			return { error: isMistake ? error.message : error.stack, isMistake };
		},
	);
	response.setHeader("connection", "close");
	response.end(JSON.stringify(reply));
	return "isLast" in reply && reply.isLast;
}

async function respond(
	plane: SupervisedPlane,
	resumed: Promise<void>,
	request: IncomingMessage,
): Promise<unknown> {
	const args: unknown[] = JSON.parse(await text(request));
	const name = request.url?.slice(1) ?? "";
	if (name === "status") return plane.status();
	await resumed;
	if (name === "resume") {
		await plane.resume();
		return plane.followCloud();
	}
	const method = plane[asPlaneMethod(name)] as (
		...given: unknown[]
	) => Promise<unknown>;
	return method.apply(plane, args);
}

await main(process.argv[2] ?? "");
