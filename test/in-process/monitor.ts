/** The engine's side of the SDK, in this process: requests come in as they would over the wire. */
import { createRequire } from "node:module";
import * as pulumi from "@pulumi/pulumi";
import type {
	RegisterResourceOutputsRequest,
	RegisterResourceRequest,
	RegisterResourceResponse,
	ResourceInvokeRequest,
	ResourceInvokeResponse,
} from "@pulumi/pulumi/proto/resource_pb.js";
import type { MockMonitor as Base } from "@pulumi/pulumi/runtime/mocks.js";
import type { Properties } from "../../local/provider/values.ts";
import {
	decodeProperties,
	encodeProperties,
} from "../../local/provider/wire.ts";
import { type Registration, registrationOf } from "./registration.ts";

const require = createRequire(import.meta.url);
// These parts of the SDK are CommonJS, and partly without types.
const { MockMonitor } = require("@pulumi/pulumi/runtime/mocks.js") as {
	MockMonitor: new (mocks: unknown) => Base;
};
const messages = require("@pulumi/pulumi/proto/resource_pb.js");
const struct = require("google-protobuf/google/protobuf/struct_pb.js");
const state = require("@pulumi/pulumi/runtime/state.js");
const settings = require("@pulumi/pulumi/runtime/settings.js");

type Callback<T> = (error: unknown, response?: T) => void;

/** What the SDK asks of an engine. */
export type Engine = {
	/** Never settles once the update has failed: the real engine, too, answers nobody then. */
	register(
		registration: Registration,
	): Promise<{ id: string; outputs: Properties }>;
	invoke(token: string, args: Properties): Promise<Properties>;
};

/** What a program said and gave. */
export type ProgramRun = { outputs: Properties; logs: string[] };

/** The SDK's own chatter. */
const debug = 0;

class Monitor extends MockMonitor {
	readonly #engine: Engine;
	readonly #stack: string;
	readonly #project: string;
	outputs: Properties = {};

	constructor(engine: Engine, stack: string, project: string) {
		super({});
		this.#engine = engine;
		this.#stack = stack;
		this.#project = project;
	}

	override async registerResource(
		request: RegisterResourceRequest,
		callback: Callback<RegisterResourceResponse>,
	): Promise<void> {
		try {
			const registration = registrationOf(request, this.#stack, this.#project);
			const { id, outputs } = await this.#engine.register(registration);
			const response = new messages.RegisterResourceResponse();
			response.setUrn(registration.urn);
			response.setId(id);
			response.setObject(
				struct.Struct.fromJavaScript(encodeProperties(outputs)),
			);
			callback(null, response);
		} catch (error) {
			callback(error);
		}
	}

	override registerResourceOutputs(
		request: RegisterResourceOutputsRequest,
		callback: Callback<object>,
	): void {
		if (request.getUrn().includes("::pulumi:pulumi:Stack::")) {
			this.outputs = decodeProperties(request.getOutputs()?.toJavaScript());
		}
		callback(null, {});
	}

	override async invoke(
		request: ResourceInvokeRequest,
		callback: Callback<ResourceInvokeResponse>,
	): Promise<void> {
		const token = request.getTok();
		try {
			const answer = await this.#engine.invoke(
				token,
				decodeProperties(request.getArgs()?.toJavaScript()),
			);
			const response = new messages.ResourceInvokeResponse();
			response.setReturn(
				struct.Struct.fromJavaScript(encodeProperties(answer)),
			);
			callback(null, response);
		} catch (error) {
			const message = `invocation of ${token} returned an error: ${(error as Error).message}`;
			callback(Object.assign(new Error(message), { details: message }));
		}
	}
}

/**
 * Runs a program as Pulumi does, in a world of its own: several can run in one process, one after the other.
 * @throws what the program throws
 */
export function runProgram(
	run: {
		stack: string;
		project: string;
		preview: boolean;
		config: Record<string, string>;
		secretKeys: readonly string[];
	},
	engine: Engine,
	program: () => Promise<Record<string, unknown>>,
): Promise<ProgramRun> {
	return state.withLocalStorage(async () => {
		const store = state.getStore();
		const monitor = new Monitor(engine, run.stack, run.project);
		// What the engine says on a backend of files.
		const organization = "organization";
		settings.setMockOptions(
			monitor,
			run.project,
			run.stack,
			run.preview,
			organization,
		);
		const logs: string[] = [];
		store.settings.engine = logger(logs);
		Object.assign(store, {
			supportsSecrets: true,
			supportsResourceReferences: false,
			supportsOutputValues: false,
			supportsDeletedWith: true,
			supportsAliasSpecs: true,
		});
		pulumi.runtime.setAllConfig(run.config, [...run.secretKeys]);
		const restore = withoutTraces();
		try {
			// An error that went through the SDK would be an unhandled rejection beside, which ends a process.
			let failure: unknown;
			await pulumi.runtime.runInPulumiStack(() =>
				program().catch((error: unknown) => {
					failure = error ?? new Error("the program failed");
				}),
			);
			await settings.waitForRPCs();
			if (failure !== undefined) throw failure;
		} finally {
			restore();
		}
		return { outputs: monitor.outputs, logs };
	});
}

/** The SDK takes a stack trace with every resource and output; formatting them takes longer than all else. As in index.ts. */
function withoutTraces(): () => void {
	const { prepareStackTrace, stackTraceLimit } = Error;
	Reflect.deleteProperty(Error, "prepareStackTrace");
	Error.stackTraceLimit = 10;
	return () => Object.assign(Error, { prepareStackTrace, stackTraceLimit });
}

/** Keeps what the program says. */
function logger(logs: string[]) {
	let root = "";
	return {
		log(
			request: { getSeverity(): number; getMessage(): string },
			callback: Callback<object>,
		) {
			if (request.getSeverity() > debug) logs.push(request.getMessage());
			callback(null, {});
		},
		setRootResource(request: { getUrn(): string }, callback: Callback<object>) {
			root = request.getUrn();
			callback(null, {});
		},
		getRootResource(_request: object, callback: Callback<object>) {
			callback(null, { getUrn: () => root });
		},
		close() {},
	};
}
