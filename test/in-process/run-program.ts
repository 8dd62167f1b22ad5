/** Runs a program in this process, connected to a deployment instead of the engine's processes. */
import { createRequire } from "node:module";
import { setImmediate as turn } from "node:timers/promises";
import { runInThisContext } from "node:vm";
import * as pulumi from "@pulumi/pulumi";
import type { Properties } from "../../local/provider/values.ts";
import type { Deployment } from "./deployment.ts";
import { EngineLog, Monitor } from "./monitor.ts";
import type { Config } from "./providers.ts";
import { wording } from "./step.ts";
import { PROJECT } from "./urn.ts";

/** A program: declares resources, and answers the stack's outputs. */
export type Program = () => Promise<pulumi.Inputs>;

export type RunArgs = {
	stack: string;
	config: Config;
	secretKeys: readonly string[];
	preview: boolean;
	builtin: (token: string, args: Properties) => Properties;
};

const require = createRequire(import.meta.url);
// The SDK keeps these to itself: where a run's settings and connections are kept, apart from those of other runs.
const { withLocalStorage, getStore } =
	require("@pulumi/pulumi/runtime/state.js") as {
		withLocalStorage: <T>(callback: () => Promise<T>) => Promise<T>;
		getStore: () => { settings: { engine: unknown } };
	};
const { setMockOptions } = require("@pulumi/pulumi/runtime/settings.js") as {
	setMockOptions: (
		monitor: unknown,
		project: string,
		stack: string,
		preview: boolean,
		organization: string,
	) => void;
};

// With every promise the SDK writes down where it was made, in case that it never ends, and with every resource, for
// the engine's own reports: a third of a run, of which a run in this process shows nothing.
const debuggable = require("@pulumi/pulumi/runtime/debuggable.js") as {
	debuggablePromise: <T>(promise: T) => T;
};
debuggable.debuggablePromise = (promise) => promise;
const { Resource } = require("@pulumi/pulumi/resource.js") as {
	Resource: { stackTrace: () => [] };
};
Resource.stackTrace = () => [];

/** The process itself: Jest hands tests a copy, which hears of no error that nobody caught. */
const host: NodeJS.Process = runInThisContext("process");

/** How many turns of the event loop without a call count as a standstill: the SDK itself waits for nothing else. */
const QUIET_TURNS = 5;

/** One program at a time: an error that nobody caught does not say whose it is. */
let running: Promise<unknown> = Promise.resolve();

/** Runs a program to its end, or to where nothing goes on any more because something failed. */
export function runProgram(
	program: Program,
	deployment: Deployment,
	args: RunArgs,
): Promise<void> {
	const run = running.then(() => runAlone(program, deployment, args));
	running = run.catch(() => {});
	return run;
}

async function runAlone(
	program: Program,
	deployment: Deployment,
	{ stack, config, secretKeys, preview, builtin }: RunArgs,
): Promise<void> {
	const monitor = new Monitor({ stack, deployment, builtin });
	const failures = new Set<unknown>();
	const release = catchUncaught((error) => failures.add(error));
	let isOver = false;
	try {
		await withLocalStorage(async () => {
			// The last is what the engine says on a backend of files.
			setMockOptions(monitor, PROJECT, stack, preview, "organization");
			getStore().settings.engine = new EngineLog(deployment);
			pulumi.runtime.setAllConfig({ ...config }, [...secretKeys]);
			const outcome = pulumi.runtime.runInPulumiStack(program).then(
				() => undefined,
				(error: unknown) => failures.add(error),
			);
			void outcome.finally(() => {
				isOver = true;
			});
			await standstill(
				monitor,
				() => isOver || deployment.failed || failures.size > 0,
			);
		});
	} finally {
		release();
	}
	for (const error of failures)
		deployment.report("error", "", programError(error));
}

/** Waits until nobody works and nobody calls. A program that has not failed may wait for something else, such as a server. */
async function standstill(
	monitor: Monitor,
	mayEnd: () => boolean,
): Promise<void> {
	let calls = monitor.calls;
	for (let quiet = 0; quiet < QUIET_TURNS; ) {
		// What a server works on takes long: no turns meanwhile.
		await (monitor.working > 0 ? monitor.nextAnswer() : turn());
		const isQuiet =
			mayEnd() && monitor.working === 0 && monitor.calls === calls;
		quiet = isQuiet ? quiet + 1 : 0;
		calls = monitor.calls;
	}
}

/** Hears every error that nobody caught, as the SDK's own process does, in place of whoever hears them now. */
function catchUncaught(hear: (error: unknown) => void): () => void {
	const event = "unhandledRejection";
	const others = host.listeners(event);
	host.removeAllListeners(event);
	host.on(event, hear);
	return () => {
		host.removeListener(event, hear);
		for (const other of others) host.on(event, other);
	};
}

/** What the SDK's process prints of an error: a mistake of the user's is a message, anything else has a stack. */
function programError(error: unknown): string {
	return pulumi.RunError.isInstance(error)
		? error.message
		: `Running program failed with an unhandled exception:\n${error instanceof Error ? (error.stack ?? error.message) : wording(error)}`;
}
